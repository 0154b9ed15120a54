#include "engine/runner/stage_run.h"

#include <malloc.h>

#include <chrono>

#include "engine/runner/numerics.h"

namespace moebel {
namespace {

/// Steps between two captures of routing, losses by language and speed. The other numbers are logged at every step.
constexpr std::int64_t kLogEvery = 20;

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
      m_trainer(decoder, m_spec, session.experiment().languages, stream, session.experiment().compute.precision),
      m_languageLoss(text.languages.size(), 0.0),
      m_languageTokens(text.languages.size(), 0.0)
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
                                expertsOf(m_decoder), m_decoder.allocation().topK, trained});
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
    if (state.window.routing.experts() != m_trainer.routing().experts() ||
        state.window.languageLoss.size() != m_languageLoss.size()) {
        return failed("bad-checkpoint-state", m_keeper.lastGood() + ": its statistics belong to another model than its weights");
    }
    m_trainer.routing() = state.window.routing;
    m_languageLoss = state.window.languageLoss;
    m_languageTokens = state.window.languageTokens;
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
    logStep(result, secondsSince(start));
    m_evaluationDue =
        m_stageStep == m_spec.steps() || isDue(m_stageStep, m_session.experiment().evaluation.everySteps);
    return Done{};
}

void StageRun::logStep(const StepResult& result, double seconds)
{
    for (std::size_t i = 0; i < m_languageLoss.size(); ++i) {
        m_languageLoss[i] += result.languageLoss[i];
        m_languageTokens[i] += result.languageTokens[i];
        m_windowTokens += result.languageTokens[i];
    }
    m_windowSeconds += seconds;
    StepFinished event{std::int64_t(m_start.stage), step(), {}};
    event.metrics = {{"loss", "nats/token", "", result.loss},
                     {"language-model-loss", "nats/token", "", result.languageModelLoss},
                     {"gradient-norm", "", "", result.gradientNorm},
                     {"learning-rate", "", "", result.learningRate}};
    if (m_spec.balanceWeight != 0) {
        event.metrics.push_back({"balance-loss", "", "", result.balanceLoss});
    }
    if (m_spec.priorWeight != 0) {
        event.metrics.push_back({"prior-loss", "nats/token", "", result.priorLoss});
    }
    if (m_spec.classifierWeight != 0) {
        event.metrics.push_back({"classifier-loss", "nats/decision", "", result.classifierLoss});
    }
    if (m_spec.routerWeight != 0) {
        event.metrics.push_back({"router-loss", "nats/token", "", result.routerLoss});
        event.metrics.push_back({"router-accuracy", "", "", result.routerAccuracy});
    }
    const bool windowEnds = isDue(m_stageStep, kLogEvery) || m_stageStep == m_spec.steps();
    if (windowEnds) {
        for (std::size_t i = 0; i < m_languageLoss.size(); ++i) {
            if (m_languageTokens[i] > 0) {
                event.metrics.push_back({"language-model-loss", "nats/token", m_session.experiment().languages[i].code,
                                         m_languageLoss[i] / m_languageTokens[i]});
            }
        }
        appendBypassShares(m_trainer.routing(), m_decoder.allocation().classifierLayers, m_session.experiment().languages, event.metrics);
        event.metrics.push_back({"memory-peak", "bytes", "", double(peakMemoryBytes())});
        event.metrics.push_back({"tokens-per-second", "tokens/s", "", m_windowTokens / m_windowSeconds});
    }
    m_session.tell(event);
    if (windowEnds) {
        flushWindow();
    }
}

void StageRun::flushWindow()
{
    RoutingStats& routing = m_trainer.routing();
    if (routing.rowSize() > routing.layers()) {  // some layer is MoE
        m_session.tell(RoutingSampled{std::int64_t(m_start.stage), step(), RoutingSplit::Training, routing});
    }
    routing = RoutingStats(routing.experts(), routing.languages());
    m_languageLoss.assign(m_languageLoss.size(), 0.0);
    m_languageTokens.assign(m_languageTokens.size(), 0.0);
    m_windowSeconds = m_windowTokens = 0;
}

Status StageRun::evaluateDuring()
{
    const auto round = evaluateHeldout(m_session, m_decoder, m_text, m_session.experiment().evaluation.heldoutBytesDuring);
    if (!round) {
        return stillDue(round.error());
    }
    tellScores(*round, false);
    tellRouting(*round);
    m_evaluationDue = false;
    return Done{};
}

Status StageRun::evaluateAtEnd()
{
    const EvaluationSpec& evaluation = m_session.experiment().evaluation;
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
    tellRouting(*whole);
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
    m_session.tell(EvaluationFinished{std::int64_t(m_start.stage), step(), boundary, scoresOf(round, m_text, word, step())});
}

void StageRun::tellRouting(const EvaluationRound& round)
{
    if (round.isMoe()) {
        m_session.tell(RoutingSampled{std::int64_t(m_start.stage), step(), RoutingSplit::Evaluation, round.routing});
    }
}

Status StageRun::save()
{
    return m_keeper.save(m_decoder, m_trainer.optimizer(), state());
}

TrainerState StageRun::state()
{
    TrainerState state;
    state.stage = std::int64_t(m_start.stage);
    state.stageStep = m_stageStep;
    state.step = step();
    state.evaluationDue = m_evaluationDue;
    state.nextSample = std::uint64_t(m_stageStep * m_spec.batchSequences);
    state.seed = m_session.experiment().seed.value;
    state.threads = m_session.threads();
    state.seconds = m_start.secondsBefore + secondsSince(m_start.processStart);
    state.experimentHash = m_session.experimentHash();
    state.dataHash = m_text.hash;
    state.program = engineVersion();
    state.libtorch = libtorchVersion();
    state.window = {m_trainer.routing(), m_languageLoss, m_languageTokens};
    return state;
}

}  // namespace moebel
