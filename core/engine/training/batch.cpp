#include <algorithm>

#include "engine/training/stage_trainer.h"
#include "kernels/routing_count.h"

namespace moebel {

Batch makeBatch(const SampleStream& stream, std::uint64_t firstSample, std::int64_t sequences,
                const std::vector<Language>& languages)
{
    const std::int64_t length = stream.length();
    Batch batch{torch::empty({sequences, length}, torch::kInt64), torch::empty({sequences, length}, torch::kInt64),
                torch::empty({sequences}, torch::kInt64), torch::empty({sequences}, torch::kBool)};
    std::int64_t* ids = batch.ids_BS.mutable_data_ptr<std::int64_t>();
    std::int64_t* targets = batch.targets_BS.mutable_data_ptr<std::int64_t>();
    for (std::int64_t b = 0; b < sequences; ++b) {
        const SampleStream::Sample sample = stream.sample(firstSample + std::uint64_t(b));
        std::copy_n(sample.tokens.begin(), length, ids + b * length);
        std::copy_n(sample.tokens.begin() + 1, length, targets + b * length);
        batch.language_B.mutable_data_ptr<std::int64_t>()[b] = sample.language.index;
        batch.isOriginal_B.mutable_data_ptr<bool>()[b] =
            languages[std::size_t(sample.language.index)].role == LanguageRole::Original;
    }
    return batch;
}

void countRouting(const std::vector<RoutingDecision>& routing, const torch::Tensor& language_B, std::int64_t sequenceLength,
                  RoutingStats& stats)
{
    const std::int64_t* languages = language_B.const_data_ptr<std::int64_t>();
    for (std::int64_t b = 0; b < language_B.numel(); ++b)
        stats.tokens(LanguageId{std::int32_t(languages[b])}) += double(sequenceLength);
    for (std::size_t layer = 0; layer < routing.size(); ++layer) {
        const RoutingDecision& decision = routing[layer];
        if (!decision.defined()) continue;
        const std::int64_t experts = decision.scores_TE.size(1);
        const std::int64_t topK = decision.expert_ids_TK.size(1);
        const torch::Tensor weights = decision.weights_TK.detach().to(torch::kFloat32).contiguous();
        const torch::Tensor scores = decision.scores_TE.detach().contiguous();
        const std::int64_t offset = stats.offset(LayerId{std::int32_t(layer)});
        for (std::int64_t b = 0; b < language_B.numel(); ++b) {
            const LanguageId language{std::int32_t(languages[b])};
            const std::int64_t first = b * sequenceLength;
            const auto row = [&](RoutingKind kind) { return stats.row(kind, language) + offset; };
            const auto count = [&](std::int64_t token, std::int64_t tokens) {
                kernels::countRouting(decision.expert_ids_TK.const_data_ptr<std::int64_t>() + token * topK,
                                      weights.const_data_ptr<float>() + token * topK,
                                      scores.const_data_ptr<float>() + token * experts, tokens, topK, experts,
                                      row(RoutingKind::Count), row(RoutingKind::TopOne), row(RoutingKind::GateMass),
                                      row(RoutingKind::SoftScore));
            };
            if (!decision.bypass_T.defined()) {
                count(first, sequenceLength);
                continue;
            }
            const bool* bypass = decision.bypass_T.const_data_ptr<bool>();
            for (std::int64_t token = first; token < first + sequenceLength; ++token) {
                if (!bypass[token]) {
                    count(token, 1);
                    continue;
                }
                for (const RoutingKind kind : {RoutingKind::Count, RoutingKind::TopOne, RoutingKind::GateMass, RoutingKind::Bypass})
                    row(kind)[0] += 1;
                for (std::int64_t e = 0; e < experts; ++e)
                    row(RoutingKind::SoftScore)[e] += double(scores.const_data_ptr<float>()[token * experts + e]);
            }
        }
    }
}

}  // namespace moebel
