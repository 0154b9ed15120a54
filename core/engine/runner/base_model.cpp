#include "engine/runner/base_model.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "engine/model/checkpoint/model_file.h"
#include "engine/runner/base_cache.h"
#include "engine/runner/mixture.h"
#include "engine/runner/numerics.h"
#include "engine/training/stage_trainer.h"
#include "moebel/base/hash.h"

namespace moebel
{
namespace
{

ModelShape pretrainedShape(const Session& session, const PreparedText& text)
{
    ModelShape shape = session.experiment().base.shape;
    shape.vocabulary = text.tokenizer->vocabularySize();
    return shape;
}

StageSpec pretrainingStage(const BaseSpec& base)
{
    StageSpec stage;
    stage.kind = StageKind::Pretraining;
    stage.tokens = base.tokens;
    stage.batchSequences = base.batchSequences;
    stage.sequenceLength = base.sequenceLength;
    stage.learningRate = base.learningRate;
    stage.schedule = base.schedule;
    stage.trainable = TrainableSet::All;
    return stage;
}

std::string cacheKey(Session& session, const PreparedText& text, const SampleStream& stream)
{
    const BaseSpec& base = session.experiment().base;
    const ModelShape shape = pretrainedShape(session, text);
    const nlohmann::json key = {{"numerics", numericsIdentity(session.threads(), session.experiment().compute.precision)},
                                {"seed", session.experiment().seed.value},
                                {"tokenizer", text.tokenizer->hash()},
                                {"data", stream.dataHash()},
                                {"config", configJson(shape, {})},
                                {"tokens", base.tokens},
                                {"batch", base.batchSequences},
                                {"length", base.sequenceLength},
                                {"learning_rate", base.learningRate},
                                {"schedule", {base.schedule.warmupFraction, base.schedule.finalFraction}},
                                {"initialisation", {base.embeddingStd, base.linearStd}}};
    return sha256Hex(key.dump());
}

std::int64_t countTrained(const AdamW& optimizer)
{
    std::int64_t count = 0;
    for (const NamedParameter& parameter : optimizer.parameters()) {
        count += parameter.tensor.numel();
    }
    return count;
}

/// Progress events at most four times a second.
class ProgressPace
{
public:
    bool due()
    {
        const auto now = std::chrono::steady_clock::now();
        if (now - m_last < std::chrono::milliseconds(250)) {
            return false;
        }
        m_last = now;
        return true;
    }

private:
    std::chrono::steady_clock::time_point m_last;
};

Result<std::unique_ptr<Decoder>> pretrain(Session& session, const PreparedText& text, const SampleStream& stream)
{
    const BaseSpec& base = session.experiment().base;
    const StageSpec stage = pretrainingStage(base);
    auto decoder = std::make_unique<Decoder>(pretrainedShape(session, text), ExpertAllocation{});
    initialiseDecoder(*decoder, base.embeddingStd, base.linearStd, session.seed(kSeedBaseWeights));
    StageTrainer trainer(*decoder, stage, session.experiment().languages, stream, session.experiment().compute.precision);

    const std::int64_t steps = stage.steps();
    session.tell(StageStarted{-1, StageKind::Pretraining, 0, steps,
                              std::vector<std::int64_t>(std::size_t(decoder->shape().layers), 1), 1,
                              countTrained(trainer.optimizer())});
    ProgressPace pace;
    for (std::int64_t step = 0; step < steps; ++step) {
        if (Status wishes = session.heed(0, {}); !wishes) {
            return wishes.error();
        }
        const StepResult result = trainer.trainStep(step);
        if (!result.finite) {
            return failed("not-finite", "pretraining of the base model: the loss or its gradient was not finite at step " +
                                            std::to_string(step + 1) + "; lower base.learning_rate");
        }
        if (pace.due()) {
            char what[96];
            std::snprintf(what, sizeof what, "base model, step %lld of %lld, loss %.3f", static_cast<long long>(step + 1),
                          static_cast<long long>(steps), result.languageModelLoss);
            session.tell(Progress{what, double(step + 1) / double(steps)});
        }
    }
    return decoder;
}

Result<BaseModel> providePretrained(Session& session, const PreparedText& text)
{
    const auto stream = baseStream(session, text);
    if (!stream) {
        return stream.error();
    }
    const std::string key = cacheKey(session, text, *stream);
    if (auto cached = readCachedBase(key)) {
        session.tell(Progress{"base model: from the cache", 1.0});
        return BaseModel{std::move(cached), key};
    }
    auto decoder = pretrain(session, text, *stream);
    if (!decoder) {
        return decoder.error();
    }
    if (Status written = writeCachedBase(key, **decoder); !written) {
        session.tell(Warned{0, "the base model could not be kept for the next run: " + written.error().message});
    }
    return BaseModel{std::move(*decoder), key};
}

Result<BaseModel> readCheckpointBase(Session& session, const PreparedText& text)
{
    const std::filesystem::path folder = session.baseModel();
    auto decoder = readModel(folder);
    if (!decoder) {
        return decoder.error();
    }
    const std::int64_t vocabulary = (*decoder)->shape().vocabulary;
    if (vocabulary < text.tokenizer->vocabularySize()) {  // models may have rows to spare
        return invalidInput("vocabulary-mismatch",
                            folder.string() + ": the model has " + std::to_string(vocabulary) + " tokens, the tokenizer has " +
                                std::to_string(text.tokenizer->vocabularySize()) +
                                "; set tokenizer.path to the tokenizer of this model",
                            "base.path");
    }
    for (std::int64_t layer = 0; layer < (*decoder)->shape().layers; ++layer) {
        if ((*decoder)->allocation().isMoe(layer) && !session.baseRun()) {
            return invalidInput("base-not-dense",
                                folder.string() + ": layer " + std::to_string(layer) +
                                    " has several experts already; name a dense model in base.path",
                                "base.path");
        }
    }
    const auto hash = hashOfModel(folder);
    if (!hash) {
        return hash.error();
    }
    return BaseModel{std::move(*decoder), *hash};
}

}  // namespace

Result<ModelShape> baseShape(const Session& session, const PreparedText& text)
{
    const BaseSpec& base = session.experiment().base;
    if (base.kind == BaseKind::Pretrain) {
        return pretrainedShape(session, text);
    }
    auto config = readModelConfig(session.baseModel());
    return config ? Result<ModelShape>(config->shape) : Result<ModelShape>(config.error());
}

Result<BaseModel> provideBase(Session& session, const PreparedText& text)
{
    return session.experiment().base.kind == BaseKind::Pretrain ? providePretrained(session, text)
                                                                : readCheckpointBase(session, text);
}

}  // namespace moebel
