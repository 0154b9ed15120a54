// What is told of training steps: some numbers at every step, losses by language and the speed of a window of steps.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/training/stage_trainer.h"
#include "moebel/store/run_event.h"

namespace moebel {

class StepLog {
public:
    /// `flopsPerToken`: of the stage's steps, for the achieved rate.
    StepLog(const StageSpec& stage, const std::vector<Language>& languages, double flopsPerToken);

    /// Sums of the window that a checkpoint stands in.
    void restore(std::vector<double> languageLoss, std::vector<double> languageTokens);
    const std::vector<double>& languageLoss() const { return m_languageLoss; }      ///< nats since the last window, by language
    const std::vector<double>& languageTokens() const { return m_languageTokens; }  ///< tokens

    /// Whether a window ends with this step of the stage (from 1): every 20 steps, and at the stage's end.
    bool windowEnds(std::int64_t stageStep) const;
    /// Takes a step into the window; what is told of it. The end of a window empties it.
    std::vector<MetricValue> metricsOf(const StepResult& result, double seconds, std::int64_t stageStep);

private:
    void endWindow(std::vector<MetricValue>& metrics);

    const StageSpec& m_stage;
    const std::vector<Language>& m_languages;
    double m_flopsPerToken;
    std::vector<double> m_languageLoss, m_languageTokens;
    double m_windowSeconds = 0, m_windowTokens = 0;  ///< of training alone
};

}  // namespace moebel
