#include "engine/runner/base_model.h"

#include <nlohmann/json.hpp>

#include "engine/model/checkpoint/model_file.h"
#include "engine/runner/base_cache.h"
#include "engine/runner/mixture.h"
#include "engine/runner/numerics.h"
#include "engine/runner/pretraining.h"
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

BaseKey baseKey(Session& session, const PreparedText& text, const SampleStream& stream)
{
    const BaseSpec& base = session.experiment().base;
    const ModelShape shape = pretrainedShape(session, text);
    const auto keyOf = [&](int threads) {
        const nlohmann::json key = {{"numerics", numericsIdentity(threads, session.experiment().compute.precision, session.device())},
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
    };
    return {keyOf(session.threads()), keyOf(0), session.threads()};
}

std::unique_ptr<Decoder> freshDecoder(Session& session, const PreparedText& text)
{
    const BaseSpec& base = session.experiment().base;
    auto decoder = std::make_unique<Decoder>(pretrainedShape(session, text), ExpertAllocation{});
    initialiseDecoder(*decoder, base.embeddingStd, base.linearStd, session.seed(kSeedBaseWeights));
    return decoder;
}

/// A pretraining goes on to the base that it began, or not at all: other threads or another library would give other bits.
bool goesOn(Session& session, const std::optional<LoadedCheckpoint>& pretraining, const BaseKey& key)
{
    if (!pretraining || pretraining->state.base == key.key) {
        return pretraining.has_value();
    }
    session.tell(Warned{0, "the pretraining of the base starts over: its checkpoint was made with " +
                               std::to_string(pretraining->state.threads) + " threads and LibTorch " + pretraining->state.libtorch +
                               ", this start has " + std::to_string(session.threads()) + " threads and LibTorch " + libtorchVersion()});
    return false;
}

/// Trains the base and keeps it: in the cache, or, where that is not possible, as the last checkpoint of its pretraining.
Result<std::unique_ptr<Decoder>> pretrain(Session& session, const PreparedText& text, const SampleStream& stream,
                                          CheckpointKeeper& keeper, std::optional<LoadedCheckpoint> pretraining, const BaseKey& key)
{
    const bool isResumed = goesOn(session, pretraining, key);
    auto decoder = isResumed ? std::move(pretraining->decoder) : freshDecoder(session, text);
    decoder->moveTo(session.device());
    Pretraining training(session, text, stream, keeper, *decoder, key.key);
    if (isResumed) {
        if (Status restored = training.restore(*pretraining); !restored) {
            return restored.error();
        }
    }
    if (Status done = training.execute(); !done) {
        return done.error();
    }
    session.tell(BaseReady{BaseSource::Trained, key.key, key.threads});
    const Status kept = writeCachedBase(key, *decoder, training.masters());
    if (kept) {
        keeper.dropPretraining();
        return decoder;
    }
    session.tell(Warned{0, "the base model could not be kept for the next run: " + kept.error().message});
    if (Status saved = training.save(); !saved) {
        return saved.error();
    }
    return decoder;
}

Result<BaseModel> providePretrained(Session& session, const PreparedText& text, CheckpointKeeper& keeper,
                                    std::optional<LoadedCheckpoint> pretraining)
{
    const auto stream = baseStream(session, text);
    if (!stream) {
        return stream.error();
    }
    const BaseKey key = baseKey(session, text, *stream);
    auto cached = readCachedBase(key);
    if (!cached && !pretraining) {
        cached = readCachedRecipe(key.recipe);
    }
    if (cached) {
        session.tell(BaseReady{BaseSource::Cache, cached->key.key, cached->key.threads});
        keeper.dropPretraining();
        return BaseModel{std::move(cached->decoder), cached->key.key};
    }
    auto decoder = pretrain(session, text, *stream, keeper, std::move(pretraining), key);
    if (!decoder) {
        return decoder.error();
    }
    return BaseModel{std::move(*decoder), key.key};
}

Result<BaseModel> readCheckpointBase(Session& session, const PreparedText& text)
{
    const std::filesystem::path folder = session.baseModel();
    auto decoder = readModel(folder, session.experiment().compute.precision);
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
    session.tell(BaseReady{session.baseRun() ? BaseSource::Run : BaseSource::Checkpoint, *hash, 0});
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

Result<BaseModel> provideBase(Session& session, const PreparedText& text, CheckpointKeeper& keeper,
                              std::optional<LoadedCheckpoint> pretraining)
{
    auto base = session.experiment().base.kind == BaseKind::Pretrain
                    ? providePretrained(session, text, keeper, std::move(pretraining))
                    : readCheckpointBase(session, text);
    if (base) {
        base->decoder->moveTo(session.device());
    }
    return base;
}

}  // namespace moebel
