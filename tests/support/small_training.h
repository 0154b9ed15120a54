// A model of two layers, text in which the next token follows from the last one, and what a test wants to know of both.
#pragma once

#include <QTemporaryDir>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/expansion/upcycle.h"
#include "engine/text/sample_stream.h"
#include "engine/training/stage_trainer.h"
#include "moebel/base/hash.h"
#include "moebel/base/random.h"

namespace moebel::test {

inline ModelShape smallShape()
{
    return ModelShape{2, 32, 2, 2, 16, 64, 96, 16};
}

inline std::unique_ptr<Decoder> smallDense(Seed seed = {11})
{
    auto decoder = std::make_unique<Decoder>(smallShape(), ExpertAllocation{});
    initialiseDecoder(*decoder, 0.08, 0.06, seed);
    return decoder;
}

/// Random new experts by default: copies would hide an error in who computes what.
inline std::unique_ptr<Decoder> smallMoe(std::vector<std::int64_t> experts = {3, 4}, ExpertOrigin origin = ExpertOrigin::Random)
{
    const auto dense = smallDense();
    return upcycle(*dense, planUpcycle(dense->shape(), ExpertAllocation{std::move(experts), 2, true}, origin, Seed{12}));
}

/// Languages 0, 1 are original, 2, 3 expanded. In each the next token is a function of the last one, four times out of five.
class SmallText {
public:
    explicit SmallText(std::size_t documents = 30)
    {
        for (std::uint64_t language = 0; language < 4; ++language) {
            m_shards.push_back(makeShard(language, documents));
        }
    }

    const std::vector<Language>& languages() const { return m_languages; }
    const TokenShard& shard(std::size_t language) const { return m_shards[language]; }
    /// weights: of the four languages.
    SampleStream stream(std::vector<double> weights, Seed seed = {5}, std::int64_t length = 16) const
    {
        std::vector<MixturePart> parts;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            parts.push_back({&m_shards[i], LanguageId{std::int32_t(i)}, weights[i]});
        }
        return SampleStream::make(parts, length, seed).value();
    }

private:
    TokenShard makeShard(std::uint64_t language, std::size_t documents)
    {
        const CounterRandom random(Seed{3}, language);
        std::uint64_t draw = 0;
        std::vector<TokenizedDocument> texts(documents);
        for (TokenizedDocument& text : texts) {
            std::uint64_t last = 0;
            for (std::uint64_t n = 20 + random.below(draw++, 40); n > 0; --n) {
                const bool follows = random.uniform(draw++) < 0.8;
                last = 1 + (follows ? last * (3 + 2 * language) + 7 : random.below(draw++, 95)) % 95;
                text.tokens.push_back(std::int32_t(last));
            }
            text.bytes = 3 * text.tokens.size();
        }
        const auto file = std::filesystem::path(m_folder.path().toStdString()) / std::to_string(language);
        (void)writeTokenShard(file, m_languages[language].code, 0, texts);
        return TokenShard::open(file).value();
    }

    QTemporaryDir m_folder;
    std::vector<Language> m_languages = {{"aa", LanguageRole::Original}, {"ab", LanguageRole::Original},
                                         {"ba", LanguageRole::Expanded}, {"bb", LanguageRole::Expanded}};
    std::vector<TokenShard> m_shards;
};

/// Stage 1 and stage 2 of the small model: `steps` steps of 6 sequences of 16 tokens.
inline StageSpec smallStage(StageKind kind, std::int64_t steps)
{
    StageSpec stage;
    stage.kind = kind;
    stage.batchSequences = 6;
    stage.sequenceLength = 16;
    stage.tokens = steps * stage.batchSequences * stage.sequenceLength;
    stage.balanceWeight = kind == StageKind::PostPretraining ? 0.01 : 0.0;
    stage.priorWeight = kind == StageKind::Review ? 0.3 : 0.0;
    stage.trainable = kind == StageKind::Review        ? TrainableSet::Routers
                      : kind == StageKind::Pretraining ? TrainableSet::All
                                                       : TrainableSet::NewExpertsAndRouters;
    return stage;
}

/// SHA-256 of each tensor, by its name in the checkpoint.
inline std::map<std::string, std::string> hashes(const Decoder& decoder)
{
    std::map<std::string, std::string> result;
    for (const NamedParameter& parameter : decoder.parameters()) {
        const torch::Tensor data = parameter.tensor.detach().contiguous();
        result[parameter.name] = sha256Hex({static_cast<const char*>(data.const_data_ptr()), data.nbytes()});
    }
    return result;
}

inline double largest(const torch::Tensor& tensor)
{
    return tensor.numel() == 0 ? 0.0 : tensor.abs().max().item<double>();
}
inline double difference(const torch::Tensor& a, const torch::Tensor& b)
{
    return largest(a.detach() - b.detach());
}

/// A decision as a router would make it of these logits.
inline RoutingDecision decide(const torch::Tensor& logits_TE, std::int64_t topK = 2)
{
    RoutingDecision decision;
    decision.logits_TE = logits_TE;
    decision.scores_TE = torch::softmax(logits_TE, -1);
    const auto kept = decision.scores_TE.topk(topK, -1);
    decision.expert_ids_TK = std::get<1>(kept);
    decision.weights_TK = std::get<0>(kept) / std::get<0>(kept).sum(-1, true);
    return decision;
}

}  // namespace moebel::test
