// Made-up languages as token shards, a base model that learned the original ones, and what it scores after each stage.
#pragma once

#include <QTemporaryDir>
#include <memory>
#include <string>
#include <vector>

#include "engine/evaluation/heldout.h"
#include "engine/expansion/upcycle.h"
#include "engine/text/corpus.h"
#include "engine/text/synthetic_languages.h"
#include "engine/text/tokenizer.h"
#include "engine/training/stage_trainer.h"

namespace moebel::test {

/// Means over the languages of a role.
struct RoleScores {
    double bitsPerByte = 0;
    std::vector<double> expertZero;  ///< mean score of expert 0, by layer
    double meanExpertZero() const
    {
        double sum = 0;
        for (const double score : expertZero) {
            sum += score / double(expertZero.size());
        }
        return sum;
    }
};
struct ModelScores {
    RoleScores original, expanded;
};

class LearnedLanguages {
public:
    LearnedLanguages()
    {
        DataSpec data;
        data.syntheticDocuments = 300;
        data.syntheticFamilies = 2;
        const auto importer = makeSyntheticImporter(data, m_languages, Seed{21});
        std::vector<Corpus> corpora;
        std::vector<TokenizerText> texts;
        for (const Language& language : m_languages) {
            corpora.push_back(importer->load(language.code).value());
        }
        for (const Corpus& corpus : corpora) {
            texts.push_back({corpus.language, {}});
            for (const Document& document : corpus.documents) {
                texts.back().documents.push_back(document.text);
            }
        }
        (void)trainTokenizer(texts, 640, 60'000, file("tokenizer.model"));
        m_tokenizer = openTokenizer(file("tokenizer.model")).value();
        for (const Corpus& corpus : corpora) {
            m_training.push_back(shardOf(corpus, "training", [](std::size_t i) { return i % 10 != 0; }));
            m_heldout.push_back(shardOf(corpus, "heldout", [](std::size_t i) { return i % 10 == 0; }));
        }
    }

    ModelShape shape() const { return ModelShape{3, 64, 2, 2, 32, 160, m_tokenizer->vocabularySize(), 64}; }

    /// The dense model, trained on the original languages.
    std::unique_ptr<Decoder> makeBase() const
    {
        auto decoder = std::make_unique<Decoder>(shape(), ExpertAllocation{});
        initialiseDecoder(*decoder, 0.08, 0.06, Seed{22});
        StageSpec stage = stageOf(StageKind::Pretraining, 260, 5e-3);
        stage.trainable = TrainableSet::All;
        train(*decoder, stage);
        return decoder;
    }

    StageSpec stageOf(StageKind kind, std::int64_t steps, double learningRate) const
    {
        StageSpec stage;
        stage.kind = kind;
        stage.batchSequences = 8;
        stage.sequenceLength = 64;
        stage.tokens = steps * stage.batchSequences * stage.sequenceLength;
        stage.learningRate = learningRate;
        return stage;
    }

    /// The last step's loss; the mixture follows from the stage: its kind and its replay ratio.
    double train(Decoder& decoder, const StageSpec& stage) const
    {
        std::vector<std::int64_t> tokens;
        for (const TokenShard& shard : m_training) {
            tokens.push_back(std::int64_t(shard.tokens().size()));
        }
        const auto weights =
            mixtureWeights(m_languages, tokens, stage.replayRatio, stage.kind == StageKind::Pretraining, 1.0);
        std::vector<MixturePart> parts;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            parts.push_back({&m_training[i], LanguageId{std::int32_t(i)}, weights[i]});
        }
        const SampleStream stream = SampleStream::make(parts, stage.sequenceLength, Seed{23 + std::uint64_t(stage.kind)}).value();
        StageTrainer trainer(decoder, stage, m_languages, stream);
        double loss = 0;
        for (std::int64_t step = 0; step < stage.steps(); ++step) {
            loss = trainer.trainStep(step).loss;
        }
        return loss;
    }

    ModelScores score(const Decoder& decoder) const
    {
        std::vector<std::int64_t> experts;
        for (const DecoderLayer& layer : decoder.layers()) {
            experts.push_back(std::int64_t(layer.feedForward.bank.experts.size()));
        }
        RoutingStats routing(experts, std::int64_t(m_languages.size()));
        ModelScores scores;
        for (std::size_t i = 0; i < m_languages.size(); ++i) {
            const LanguageId language{std::int32_t(i)};
            RoleScores& role = m_languages[i].role == LanguageRole::Original ? scores.original : scores.expanded;
            role.bitsPerByte +=
                scoreHeldout(decoder, m_heldout[i], 6'000, m_tokenizer->endOfDocument(), language, &routing).bitsPerByte / 2;
            role.expertZero.resize(experts.size());
            for (std::int32_t layer = 0; layer < std::int32_t(experts.size()); ++layer) {
                role.expertZero[std::size_t(layer)] += meanScore(routing, language, ExpertId{LayerId{layer}, 0}) / 2;
            }
        }
        return scores;
    }

private:
    std::filesystem::path file(const std::string& name) const { return std::filesystem::path(m_folder.path().toStdString()) / name; }

    template <typename Filter>
    TokenShard shardOf(const Corpus& corpus, const std::string& name, Filter&& isIn) const
    {
        std::vector<TokenizedDocument> documents;
        for (std::size_t i = 0; i < corpus.documents.size(); ++i) {
            if (isIn(i)) {
                documents.push_back({m_tokenizer->encode(corpus.documents[i].text), corpus.documents[i].text.size()});
            }
        }
        (void)writeTokenShard(file(corpus.language + name), corpus.language, m_tokenizer->endOfDocument(), documents);
        return TokenShard::open(file(corpus.language + name)).value();
    }

    QTemporaryDir m_folder;
    std::vector<Language> m_languages = {{"aa", LanguageRole::Original}, {"ab", LanguageRole::Original},
                                         {"ba", LanguageRole::Expanded}, {"bb", LanguageRole::Expanded}};
    std::unique_ptr<Tokenizer> m_tokenizer;
    std::vector<TokenShard> m_training, m_heldout;
};

}  // namespace moebel::test
