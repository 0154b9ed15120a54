#include "engine/runner/stage_run.h"

#include <malloc.h>

#include <chrono>

#include "engine/runner/adaptation.h"
#include "engine/runner/base_evaluation.h"
#include "engine/runner/resume_check.h"
#include "moebel/experiment/step_cost.h"

namespace moebel {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

bool isDue(std::int64_t step, std::int64_t every)
{
    return every > 0 && step % every == 0;
}

/// Of each language seen in the window, the mean over the layers with a classifier.
void appendBypassShares(const RoutingStats& routing, const std::vector<std::int64_t>& layers, const std::vector<Language>& languages,
                        std::vector<MetricValue>& metrics)
{
    for (std::size_t i = 0; i < languages.size() && !layers.empty(); ++i) {
        const LanguageId language{std::int32_t(i)};
        if (routing.tokens(language) <= 0) {
            continue;
        }
        double sum = 0;
        for (const std::int64_t layer : layers) {
            sum += bypassShare(routing, language, LayerId{std::int32_t(layer)});
        }
        metrics.push_back({"bypass-share", "", languages[i].code, sum / double(layers.size())});
    }
}

std::vector<std::int64_t> expertsOf(const Decoder& decoder)
{
    std::vector<std::int64_t> experts = decoder.allocation().experts;
    experts.resize(std::size_t(decoder.shape().layers), 1);
    return experts;
}

}  // namespace

StageRun::StageRun(Session& session, const PreparedText& text, Decoder& decoder, const SampleStream& stream,
                   CheckpointKeeper& keeper, const StageStart& start)
    : m_session(session),
      m_text(text),
      m_decoder(decoder),
      m_keeper(keeper),
      m_start(start),
      m_spec(session.experiment().stages[start.stage]),
      m_stream(stream),
      m_trainer(decoder, m_spec, session.experiment().languages, stream, session.experiment().compute.precision),
      m_log(m_spec, session.experiment().languages,
            stepCost(decoder.shape(), decoder.allocation(), m_spec, session.experiment().compute.precision).flopsPerToken())
{
}

Status StageRun::execute()
{
    ::malloc_trim(0);  // what the stage before, or the weights in another precision, left behind
    if (Status restored = restore(); !restored) {
        return restored;
    }
    std::int64_t trained = 0;
    for (const NamedParameter& parameter : m_trainer.optimizer().parameters()) {
        trained += parameter.tensor.numel();
    }
    m_session.tell(StageStarted{std::int64_t(m_start.stage), m_spec.kind, m_start.firstStep, m_spec.steps(),
                                expertsOf(m_decoder), m_decoder.allocation().topK, trained, m_stream.shares(m_text.languages.size())});
    if (Status done = trainToEnd(); !done) {
        return done;
    }
    return finish();
}

Status StageRun::restore()
{
    if (!m_start.state) {
        return Done{};
    }
    const TrainerState& state = *m_start.state;
    m_stageStep = state.stageStep;
    m_evaluationDue = state.evaluationDue;
    m_reducedMicroBatch = state.microBatch;
    if (m_reducedMicroBatch > 0) {
        m_trainer.setMicroBatch(m_reducedMicroBatch);
    }
    if (Status fits = checkState(state, m_spec, m_trainer.routing(), m_keeper.lastGood()); !fits) {
        return fits;
    }
    m_trainer.routing() = state.window.routing;
    m_log.restore(state.window.languageLoss, state.window.languageTokens);
    return m_trainer.optimizer().restore(m_start.optimizer);
}

Status StageRun::trainToEnd()
{
    const auto saveHere = [this] { return save(); };
    while (m_stageStep < m_spec.steps()) {
        if (Status wishes = m_session.heed(step(), saveHere); !wishes) {
            return wishes;
        }
        if (Status done = m_evaluationDue ? evaluateDuring() : oneStep(); !done) {
            return done;
        }
        const bool between = m_stageStep < m_spec.steps() && !m_evaluationDue;
        if (between && isDue(m_stageStep, m_session.experiment().checkpoint.everySteps)) {
            if (Status saved = save(); !saved) {
                return saved;
            }
        }
    }
    return Done{};
}

Status StageRun::oneStep()
{
    const auto start = Clock::now();
    const StepResult result = m_trainer.trainStep(m_stageStep);
    if (!result.finite) {
        return failed("not-finite", "step " + std::to_string(step() + 1) +
                                        ": the loss or its gradient was not finite, so the weights were left as they were; the last "
                                        "good checkpoint is " + m_keeper.lastGood() + "; lower the learning rate of the stage");
    }
    ++m_stageStep;
    tellReducedMicroBatch(result);
    tellStep(result, secondsSince(start));
    m_evaluationDue =
        m_stageStep == m_spec.steps() || isDue(m_stageStep, m_session.experiment().evaluation.everySteps);
    return Done{};
}

void StageRun::tellReducedMicroBatch(const StepResult& result)
{
    if (result.reducedTo == 0) {
        return;
    }
    m_reducedMicroBatch = result.reducedTo;
    m_session.tell(Warned{step(), "the memory was full at step " + std::to_string(step()) + ", so it and the steps that follow sum micro-batches of " +
                                      std::to_string(result.reducedTo) + " sequences to the same batch of " +
                                      std::to_string(m_spec.batchSequences) + "; set micro_batch_sequences to " +
                                      std::to_string(result.reducedTo) + " to start with them"});
}

void StageRun::tellStep(const StepResult& result, double seconds)
{
    StepFinished event{std::int64_t(m_start.stage), step(), m_log.metricsOf(result, seconds, m_stageStep)};
    if (!m_log.windowEnds(m_stageStep)) {
        m_session.tell(event);
        return;
    }
    RoutingStats& routing = m_trainer.routing();
    appendBypassShares(routing, m_decoder.allocation().classifierLayers, m_session.experiment().languages, event.metrics);
    m_session.tell(event);
    if (routing.rowSize() > routing.layers()) {  // some layer is MoE
        m_session.tell(RoutingSampled{std::int64_t(m_start.stage), step(), RoutingSplit::Training, routing});
    }
    routing.clear();
}

Status StageRun::evaluateDuring()
{
    if (Status told = tellKeptBase(m_session, m_decoder, m_text); !told) {
        return stillDue(told.error());
    }
    const auto round = evaluateHeldout(m_session, m_decoder, m_text, m_session.experiment().evaluation.heldoutBytesDuring);
    if (!round) {
        return stillDue(round.error());
    }
    tellScores(*round, false);
    tellRouting(*round, false);
    m_evaluationDue = false;
    return Done{};
}

Status StageRun::evaluateAtEnd()
{
    const EvaluationSpec& evaluation = m_session.experiment().evaluation;
    if (Status told = tellKeptBase(m_session, m_decoder, m_text); !told) {
        return stillDue(told.error());
    }
    if (Status told = tellScoresByGroup(m_session, m_decoder, m_text, std::int64_t(m_start.stage), step()); !told) {
        return stillDue(told.error());
    }
    const auto whole = evaluateHeldout(m_session, m_decoder, m_text, evaluation.heldoutBytes);
    if (!whole) {
        return stillDue(whole.error());
    }
    if (evaluation.everySteps > 0) {  // keeps the curve over the steps on one and the same text
        const auto during = evaluateHeldout(m_session, m_decoder, m_text, evaluation.heldoutBytesDuring);
        if (!during) {
            return stillDue(during.error());
        }
        tellScores(*whole, true);
        tellScores(*during, false);
    } else {
        tellScores(*whole, true);
    }
    tellRouting(*whole, true);
    m_evaluationDue = false;
    return Done{};
}

Status StageRun::stillDue(const Error& error)
{
    return error.kind == ErrorKind::Stopped ? Status(Done{}) : Status(error);  // heed() saves with the evaluation due, and ends
}

Status StageRun::finish()
{
    while (m_evaluationDue) {
        if (Status wishes = m_session.heed(step(), [this] { return save(); }); !wishes) {
            return wishes;
        }
        if (Status done = evaluateAtEnd(); !done) {
            return done;
        }
    }
    return save();
}

void StageRun::tellScores(const EvaluationRound& round, bool boundary)
{
    const std::string word(name(m_spec.kind));
    m_session.tell(EvaluationFinished{std::int64_t(m_start.stage), step(), boundary, scoresOf(m_session, round, m_text, word, step())});
}

void StageRun::tellRouting(const EvaluationRound& round, bool boundary)
{
    if (round.isMoe()) {
        m_session.tell(RoutingSampled{std::int64_t(m_start.stage), step(), RoutingSplit::Evaluation, round.routing,
                                      boundary ? round.profiles : RoutingProfiles{}});
    }
}

Status StageRun::save()
{
    return m_keeper.save(m_decoder, m_trainer.optimizer(), state());
}

TrainerState StageRun::state()
{
    TrainerState state = stateOfRun(m_session, m_text);
    state.stage = std::int64_t(m_start.stage);
    state.stageStep = m_stageStep;
    state.step = step();
    state.evaluationDue = m_evaluationDue;
    state.microBatch = m_reducedMicroBatch;
    state.nextSample = std::uint64_t(m_stageStep * m_spec.batchSequences);
    state.window = {m_trainer.routing(), m_log.languageLoss(), m_log.languageTokens()};
    return state;
}

}  // namespace moebel
