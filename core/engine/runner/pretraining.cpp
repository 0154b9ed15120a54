#include "engine/runner/pretraining.h"

#include <chrono>
#include <utility>

#include "engine/runner/resume_check.h"
#include "moebel/experiment/step_cost.h"

namespace moebel {
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t countTrained(const AdamW& optimizer)
{
    std::int64_t count = 0;
    for (const NamedParameter& parameter : optimizer.parameters()) {
        count += parameter.tensor.numel();
    }
    return count;
}

}  // namespace

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

Pretraining::Pretraining(Session& session, const PreparedText& text, const SampleStream& stream, CheckpointKeeper& keeper,
                         Decoder& decoder, std::string key)
    : m_session(session),
      m_text(text),
      m_stream(stream),
      m_keeper(keeper),
      m_decoder(decoder),
      m_key(std::move(key)),
      m_stage(pretrainingStage(session.experiment().base)),
      m_trainer(decoder, m_stage, session.experiment().languages, stream, session.experiment().compute.precision),
      m_log(m_stage, session.experiment().languages,
            stepCost(decoder.shape(), {}, m_stage, session.experiment().compute.precision).flopsPerToken())
{
}

Status Pretraining::restore(const LoadedCheckpoint& checkpoint)
{
    const TrainerState& state = checkpoint.state;
    if (Status fits = checkState(state, m_stage, m_trainer.routing(), m_keeper.lastGood()); !fits) {
        return fits;
    }
    m_step = state.stageStep;
    m_reducedMicroBatch = state.microBatch;
    if (m_reducedMicroBatch > 0) {
        m_trainer.setMicroBatch(m_reducedMicroBatch);
    }
    m_log.restore(state.window.languageLoss, state.window.languageTokens);
    return m_trainer.optimizer().restore(checkpoint.optimizer);
}

Status Pretraining::execute()
{
    const std::int64_t steps = m_stage.steps();
    m_session.tell(StageStarted{-1, StageKind::Pretraining, 0, steps,
                                std::vector<std::int64_t>(std::size_t(m_decoder.shape().layers), 1), 1,
                                countTrained(m_trainer.optimizer()), m_stream.shares(m_text.languages.size()), m_step});
    const std::int64_t every = m_session.experiment().checkpoint.everySteps;
    while (m_step < steps) {
        if (Status wishes = m_session.heed(0, [this] { return save(); }); !wishes) {
            return wishes;
        }
        if (Status done = oneStep(); !done) {
            return done;
        }
        if (every > 0 && m_step % every == 0 && m_step < steps) {
            if (Status saved = save(); !saved) {
                return saved;
            }
        }
    }
    return Done{};
}

Status Pretraining::oneStep()
{
    const auto start = Clock::now();
    const StepResult result = m_trainer.trainStep(m_step);
    if (!result.finite) {
        return failed("not-finite", "pretraining of the base model: the loss or its gradient was not finite at step " +
                                        std::to_string(m_step + 1) + ", so the weights were left as they were; the last good checkpoint is " +
                                        m_keeper.lastGood() + "; lower base.learning_rate");
    }
    ++m_step;
    if (result.reducedTo > 0) {
        m_reducedMicroBatch = result.reducedTo;
        m_session.tell(Warned{0, "the memory was full at step " + std::to_string(m_step) +
                                     " of the base's pretraining, so it and the steps that follow sum micro-batches of " +
                                     std::to_string(result.reducedTo) + " sequences to the same batch"});
    }
    m_session.tell(StepFinished{-1, m_step, m_log.metricsOf(result, std::chrono::duration<double>(Clock::now() - start).count(), m_step)});
    return Done{};
}

Status Pretraining::save() { return m_keeper.save(m_decoder, m_trainer.optimizer(), state()); }

TrainerState Pretraining::state()
{
    TrainerState state = stateOfRun(m_session, m_text);
    state.stage = -1;
    state.stageStep = m_step;
    state.nextSample = std::uint64_t(m_step * m_stage.batchSequences);
    state.base = m_key;
    state.microBatch = m_reducedMicroBatch;
    state.window = {m_trainer.routing(), m_log.languageLoss(), m_log.languageTokens()};
    return state;
}

}  // namespace moebel
