// Events in words: what the console and the log say of them.
#pragma once

#include <optional>
#include <string>

#include "moebel/store/run_event.h"

namespace moebel {

/// What is known of the training from the events so far: the content of the progress bar.
class TrainingProgress {
public:
    /// `now`: seconds of any steady clock.
    void note(const RunEvent& event, double now);

    /// "post-pretraining 120/587, 1 min 23 s left, loss 4.321, 2.34 bits/byte, 1830 tok/s"
    std::string text() const;
    double fraction() const { return m_fraction; }
    /// "at step 12", or "in the base's pretraining, 12 of 40 steps done": where the run stands.
    std::string place() const;

private:
    void noteStage(const StageStarted& stage);
    void noteStep(const StepFinished& step, double now);

    std::string m_what;
    double m_fraction = 0;
    std::int64_t m_firstStep = 0, m_step = 0, m_totalSteps = 0;
    std::int64_t m_runSteps = 0;  ///< of all stages; m_totalSteps are the base's while it is pretrained
    bool m_pretraining = false;
    double m_firstTime = 0, m_secondsLeft = 0;
    double m_loss = 0, m_bitsPerByte = 0, m_tokensPerSecond = 0;
    bool m_training = false;
};

/// A line for events that a person wants to read; none for steps, routing, progress and removed checkpoints. `progress`: of the
/// events so far, this one included.
std::optional<std::string> eventText(const RunEvent& event, const TrainingProgress& progress);

}  // namespace moebel
