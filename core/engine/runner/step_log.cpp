#include "engine/runner/step_log.h"

#include <limits>
#include <utility>

#include "moebel/store/run_folder.h"

namespace moebel {
namespace {

/// Steps of a window: between two captures of routing, losses by language and speed. The other numbers are told at every step.
constexpr std::int64_t kWindow = 20;

/// A step without a token of an original language has no prior loss: a gap in the curve, not a zero.
double priorLossOf(const StepResult& result, const std::vector<Language>& languages)
{
    for (std::size_t i = 0; i < languages.size(); ++i) {
        if (languages[i].role == LanguageRole::Original && result.languageTokens[i] > 0) {
            return result.priorLoss;
        }
    }
    return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

StepLog::StepLog(const StageSpec& stage, const std::vector<Language>& languages, double flopsPerToken)
    : m_stage(stage), m_languages(languages), m_flopsPerToken(flopsPerToken), m_languageLoss(languages.size(), 0.0), m_languageTokens(languages.size(), 0.0)
{
}

void StepLog::restore(std::vector<double> languageLoss, std::vector<double> languageTokens)
{
    m_languageLoss = std::move(languageLoss);
    m_languageTokens = std::move(languageTokens);
}

bool StepLog::windowEnds(std::int64_t stageStep) const { return stageStep % kWindow == 0 || stageStep == m_stage.steps(); }

std::vector<MetricValue> StepLog::metricsOf(const StepResult& result, double seconds, std::int64_t stageStep)
{
    for (std::size_t i = 0; i < m_languageLoss.size(); ++i) {
        m_languageLoss[i] += result.languageLoss[i];
        m_languageTokens[i] += result.languageTokens[i];
        m_windowTokens += result.languageTokens[i];
    }
    m_windowSeconds += seconds;
    std::vector<MetricValue> metrics = {{"loss", "nats/token", "", result.loss},
                                        {"language-model-loss", "nats/token", "", result.languageModelLoss},
                                        {"gradient-norm", "", "", result.gradientNorm},
                                        {"learning-rate", "", "", result.learningRate}};
    if (m_stage.balanceWeight != 0) {
        metrics.push_back({"balance-loss", "", "", result.balanceLoss});
    }
    if (m_stage.priorWeight != 0) {
        metrics.push_back({"prior-loss", "nats/token", "", priorLossOf(result, m_languages)});
    }
    if (m_stage.classifierWeight != 0) {
        metrics.push_back({"classifier-loss", "nats/decision", "", result.classifierLoss});
    }
    if (m_stage.routerWeight != 0) {
        metrics.push_back({"router-loss", "nats/token", "", result.routerLoss});
        metrics.push_back({"router-accuracy", "", "", result.routerAccuracy});
    }
    if (windowEnds(stageStep)) {
        endWindow(metrics);
    }
    return metrics;
}

void StepLog::endWindow(std::vector<MetricValue>& metrics)
{
    for (std::size_t i = 0; i < m_languageLoss.size(); ++i) {
        if (m_languageTokens[i] > 0) {
            metrics.push_back({"language-model-loss", "nats/token", m_languages[i].code, m_languageLoss[i] / m_languageTokens[i]});
        }
    }
    metrics.push_back({"memory-peak", "bytes", "", double(peakMemoryBytes())});
    const double tokensPerSecond = m_windowTokens / m_windowSeconds;
    metrics.push_back({"tokens-per-second", "tokens/s", "", tokensPerSecond});
    metrics.push_back({"flops-per-second", "FLOP/s", "", tokensPerSecond * m_flopsPerToken});
    m_languageLoss.assign(m_languageLoss.size(), 0.0);
    m_languageTokens.assign(m_languageTokens.size(), 0.0);
    m_windowSeconds = m_windowTokens = 0;
}

}  // namespace moebel
