// The small model of the examples (d 128, 4 layers, 3 experts, vocabulary 4096) and random text for it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <unistd.h>

#include "engine/expansion/upcycle.h"
#include "engine/text/sample_stream.h"
#include "engine/training/stage_trainer.h"
#include "moebel/base/random.h"

namespace moebel::bench {

inline std::unique_ptr<Decoder> benchModel(bool moe = true)
{
    Decoder dense(ModelShape{}, {});
    initialiseDecoder(dense, 0.08, 0.06, Seed{1});
    const ExpertAllocation allocation{moe ? std::vector<std::int64_t>(4, 3) : std::vector<std::int64_t>{}, 2, true};
    return upcycle(dense, planUpcycle(dense.shape(), allocation, ExpertOrigin::Random, Seed{2}));
}

/// Two languages of random documents in a temporary folder of its own.
class BenchText {
public:
    explicit BenchText(std::size_t documents = 120)
        : m_folder(std::filesystem::temp_directory_path() / ("moebel-bench-" + std::to_string(::getpid())))
    {
        std::filesystem::create_directories(m_folder);
        for (std::uint64_t language = 0; language < 2; ++language) {
            const CounterRandom random(Seed{3}, language);
            std::uint64_t draw = 0;
            std::vector<TokenizedDocument> texts(documents);
            for (TokenizedDocument& text : texts) {
                for (std::uint64_t n = 100 + random.below(draw++, 800); n > 0; --n) {
                    text.tokens.push_back(std::int32_t(1 + random.below(draw++, 4095)));
                }
                text.bytes = 3 * text.tokens.size();
            }
            const auto file = m_folder / std::to_string(language);
            (void)writeTokenShard(file, m_languages[language].code, 0, texts);
            m_shards.push_back(TokenShard::open(file).value());
        }
    }
    ~BenchText()
    {
        std::error_code ignored;
        std::filesystem::remove_all(m_folder, ignored);
    }
    BenchText(const BenchText&) = delete;
    BenchText& operator=(const BenchText&) = delete;

    const std::vector<Language>& languages() const { return m_languages; }
    const TokenShard& shard(std::size_t language) const { return m_shards[language]; }
    SampleStream stream() const
    {
        return SampleStream::make({{&m_shards[0], LanguageId{0}, 1.0}, {&m_shards[1], LanguageId{1}, 1.0}}, 128, Seed{4}).value();
    }

private:
    std::filesystem::path m_folder;
    std::vector<Language> m_languages = {{"aa", LanguageRole::Original}, {"ba", LanguageRole::Expanded}};
    std::vector<TokenShard> m_shards;
};

/// Stage 1: 4 x 128 tokens a step. Stage 2: 8 x 128, routers only.
inline StageSpec benchStage(StageKind kind)
{
    StageSpec stage;
    stage.kind = kind;
    stage.batchSequences = kind == StageKind::Review ? 8 : 4;
    stage.tokens = 10'000 * stage.batchSequences * stage.sequenceLength;
    stage.balanceWeight = kind == StageKind::Review ? 0.0 : 0.01;
    stage.priorWeight = kind == StageKind::Review ? 0.3 : 0.0;
    stage.trainable = kind == StageKind::Review ? TrainableSet::Routers : TrainableSet::NewExpertsAndRouters;
    return stage;
}

}  // namespace moebel::bench
