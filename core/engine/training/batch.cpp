#include <algorithm>
#include <array>

#include "engine/model/device_kernels.h"
#include "engine/training/stage_trainer.h"

namespace moebel
{
namespace
{

constexpr std::array kCounted = {RoutingKind::Count, RoutingKind::TopOne, RoutingKind::GateMass, RoutingKind::SoftScore};

/// What the kernels read of a layer's decisions, all on the decisions' device.
struct Decisions {
    torch::Tensor ids_TK, weights_TK, scores_TE, language_B;
    std::int64_t tokensPerSequence = 1;

    kernels::LayerDecisions layer() const
    {
        return {ids_TK.const_data_ptr<std::int64_t>(),
                weights_TK.const_data_ptr<float>(),
                scores_TE.const_data_ptr<float>(),
                language_B.const_data_ptr<std::int64_t>(),
                tokensPerSequence,
                ids_TK.size(0),
                ids_TK.size(1),
                scores_TE.size(1)};
    }
};

/// Adds decisions that lie on the CPU.
void addOnHost(const Decisions& decisions, std::int64_t offset, RoutingStats& stats)
{
    const auto sums = [&](RoutingKind kind) { return stats.row(kind, LanguageId{0}) + offset; };
    const DeviceKernels device = kernelsFor(decisions.scores_TE);
    device.run(device.table.accumulateRouting, decisions.layer(), stats.languages(),
               kernels::RoutingSums{sums(RoutingKind::Count), sums(RoutingKind::TopOne), sums(RoutingKind::GateMass),
                                    sums(RoutingKind::SoftScore), stats.rowSize()});
}

/// Adds decisions that lie on a device: they are summed there, and the sums alone are fetched.
void addOnDevice(const Decisions& decisions, std::int64_t offset, RoutingStats& stats)
{
    const std::int64_t experts = decisions.scores_TE.size(1), languages = stats.languages();
    const torch::Tensor sums =
        torch::zeros({std::int64_t(kCounted.size()), languages, experts}, decisions.scores_TE.options().dtype(torch::kFloat64));
    const auto of = [&](std::size_t kind) {
        return sums.mutable_data_ptr<double>() + std::int64_t(kind) * languages * experts;
    };
    const DeviceKernels device = kernelsFor(sums);
    device.run(device.table.accumulateRouting, decisions.layer(), languages,
               kernels::RoutingSums{of(0), of(1), of(2), of(3), experts});
    const torch::Tensor fetched = sums.cpu();
    const double* next = fetched.const_data_ptr<double>();
    for (const RoutingKind kind : kCounted)
        for (std::int64_t language = 0; language < languages; ++language) {
            double* row = stats.row(kind, LanguageId{std::int32_t(language)}) + offset;
            for (std::int64_t e = 0; e < experts; ++e) row[e] += *next++;
        }
}

/// Adds decisions of which some went past the router. Everything on the CPU, token by token.
void addBypassed(const RoutingDecision& decision, const Decisions& read, std::int64_t offset, RoutingStats& stats)
{
    const torch::Tensor bypass_T = decision.bypass_T.cpu();
    const kernels::LayerDecisions layer = read.layer();
    for (std::int64_t token = 0; token < layer.tokens; ++token) {
        const LanguageId language{std::int32_t(layer.language_B[token / layer.tokensPerSequence])};
        const auto row = [&](RoutingKind kind) { return stats.row(kind, language) + offset; };
        const float* scores = layer.scores_TE + token * layer.experts;
        if (!bypass_T.const_data_ptr<bool>()[token]) {
            kernels::countRouting(layer.expert_ids_TK + token * layer.topK, layer.weights_TK + token * layer.topK, scores, 1,
                                  layer.topK, layer.experts, row(RoutingKind::Count), row(RoutingKind::TopOne),
                                  row(RoutingKind::GateMass), row(RoutingKind::SoftScore));
            continue;
        }
        for (const RoutingKind kind : {RoutingKind::Count, RoutingKind::TopOne, RoutingKind::GateMass, RoutingKind::Bypass})
            row(kind)[0] += 1;
        for (std::int64_t e = 0; e < layer.experts; ++e) row(RoutingKind::SoftScore)[e] += double(scores[e]);
    }
}

}  // namespace

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
    const torch::Tensor ofHost_B = language_B.cpu();
    for (std::int64_t b = 0; b < ofHost_B.numel(); ++b)
        stats.tokens(LanguageId{std::int32_t(ofHost_B.const_data_ptr<std::int64_t>()[b])}) += double(sequenceLength);
    for (std::size_t layer = 0; layer < routing.size(); ++layer) {
        const RoutingDecision& decision = routing[layer];
        if (!decision.defined()) continue;
        const torch::Device device = decision.bypass_T.defined() ? torch::kCPU : decision.scores_TE.device();
        const auto read = [&](const torch::Tensor& tensor) { return tensor.detach().to(device).contiguous(); };
        const Decisions decisions{read(decision.expert_ids_TK), read(decision.weights_TK.to(torch::kFloat32)),
                                  read(decision.scores_TE), read(language_B), sequenceLength};
        const std::int64_t offset = stats.offset(LayerId{std::int32_t(layer)});
        if (decision.bypass_T.defined())
            addBypassed(decision, decisions, offset, stats);
        else if (device.is_cpu())
            addOnHost(decisions, offset, stats);
        else
            addOnDevice(decisions, offset, stats);
    }
}

}  // namespace moebel
