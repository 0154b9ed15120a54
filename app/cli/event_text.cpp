#include "event_text.h"

#include <cmath>
#include <sstream>

#include "output.h"

namespace moebel {
namespace {

/// Mean bits per byte of the languages of a role; NaN without any.
double meanBitsPerByte(const std::vector<Score>& scores, LanguageRole role)
{
    double sum = 0;
    int count = 0;
    for (const Score& score : scores) {
        if (score.metric != "bits-per-byte" || score.role != role) continue;
        sum += score.value;
        ++count;
    }
    return count > 0 ? sum / count : std::nan("");
}

std::string stepOf(std::int64_t step)
{
    return "step " + std::to_string(step);
}

struct EventWords {
    const TrainingProgress& progress;

    std::optional<std::string> operator()(const RunStarted& event) const
    {
        std::ostringstream text;
        text << (event.resumed ? "resumed" : "started") << ": " << event.totalSteps << " steps";
        if (event.resumed) text << ", going on after step " << event.firstStep;
        text << ", " << event.threads << (event.threads == 1 ? " thread" : " threads");
        return text.str();
    }
    std::optional<std::string> operator()(const StageStarted& event) const
    {
        std::ostringstream text;
        text << name(event.kind) << ": " << event.steps << " steps, " << event.trainedParameters << " weights learn";
        return text.str();
    }
    std::optional<std::string> operator()(const EvaluationFinished& event) const
    {
        if (event.scores.empty() || !event.boundary) return std::nullopt;  // those between are in the progress line
        return "evaluation (" + event.scores.front().checkpoint + ", " + stepOf(event.step) + "): original languages " +
               numberText(meanBitsPerByte(event.scores, LanguageRole::Original), 3) + ", expanded languages " +
               numberText(meanBitsPerByte(event.scores, LanguageRole::Expanded), 3) + " bits/byte";
    }
    std::optional<std::string> operator()(const ExpertsAllocated& event) const
    {
        std::string list;
        for (const std::int64_t experts : event.choice.experts) list += " " + std::to_string(experts);
        std::string text = "experts per layer:" + list + ", " + std::to_string(event.choice.total()) + " in all (" +
                           std::string(name(event.choice.rule)) + ": " + event.choice.reason + ")";
        if (event.choice.classifierLayers.empty()) return text;
        text += "; language classifiers in layers";
        for (const std::int64_t layer : event.choice.classifierLayers) text += " " + std::to_string(layer);
        return text;
    }
    std::optional<std::string> operator()(const DeviationMeasured& event) const
    {
        return "the probe: what " + std::to_string(event.deviation.steps) + " steps on each of " +
               std::to_string(event.deviation.languages.size()) + " languages change in the base";
    }
    std::optional<std::string> operator()(const GroupsFormed& event) const { return "groups: " + wordsOf(event.groups); }
    std::optional<std::string> operator()(const CheckpointWritten& event) const
    {
        return "checkpoint " + event.folder + " (" + sizeText(double(event.bytes)) + ")";
    }
    std::optional<std::string> operator()(const BaseReady& event) const
    {
        if (event.source != BaseSource::Cache) return std::nullopt;
        return "base model: from the cache, trained with " + std::to_string(event.threads) + (event.threads == 1 ? " thread" : " threads");
    }
    std::optional<std::string> operator()(const Warned& event) const { return "warning: " + event.message; }
    std::optional<std::string> operator()(const RunPaused& event) const
    {
        return "paused " + progress.place() + (event.reason.empty() ? "" : ": " + event.reason);
    }
    std::optional<std::string> operator()(const RunResumed&) const { return "goes on " + progress.place(); }
    std::optional<std::string> operator()(const RunFinished& event) const
    {
        return "finished after " + stepOf(event.step) + ", " + durationText(event.seconds);
    }
    std::optional<std::string> operator()(const RunStopped&) const { return "stopped and saved " + progress.place(); }
    std::optional<std::string> operator()(const RunFailed&) const { return std::nullopt; }  // the worker says it at its end
    std::optional<std::string> operator()(const StepFinished&) const { return std::nullopt; }
    std::optional<std::string> operator()(const RoutingSampled&) const { return std::nullopt; }
    std::optional<std::string> operator()(const CheckpointRemoved&) const { return std::nullopt; }
    std::optional<std::string> operator()(const Progress&) const { return std::nullopt; }
    std::optional<std::string> operator()(const TextReady&) const { return std::nullopt; }
    std::optional<std::string> operator()(const ModelExpanded&) const { return std::nullopt; }
};

}  // namespace

std::optional<std::string> eventText(const RunEvent& event, const TrainingProgress& progress)
{
    return std::visit(EventWords{progress}, event);
}

std::string TrainingProgress::place() const
{
    if (!m_pretraining) return "at " + stepOf(m_step);
    return "in the base's pretraining, " + std::to_string(m_step) + " of " + std::to_string(m_totalSteps) + " steps done";
}

void TrainingProgress::note(const RunEvent& event, double now)
{
    if (const auto* started = std::get_if<RunStarted>(&event)) {
        m_totalSteps = m_runSteps = started->totalSteps;
        m_step = started->firstStep;
    } else if (const auto* stage = std::get_if<StageStarted>(&event)) {
        noteStage(*stage);
    } else if (std::holds_alternative<BaseReady>(event)) {
        m_pretraining = m_training = false;
        m_step = 0;
        m_firstTime = m_secondsLeft = 0;  // the stages have a speed of their own
    } else if (const auto* progress = std::get_if<Progress>(&event)) {
        m_what = progress->what;
        m_fraction = progress->fraction;
        m_training = false;
    } else if (const auto* evaluation = std::get_if<EvaluationFinished>(&event)) {
        const double original = meanBitsPerByte(evaluation->scores, LanguageRole::Original);
        const double expanded = meanBitsPerByte(evaluation->scores, LanguageRole::Expanded);
        m_bitsPerByte = std::isnan(original) ? expanded : std::isnan(expanded) ? original : (original + expanded) / 2;
    } else if (const auto* step = std::get_if<StepFinished>(&event)) {
        noteStep(*step, now);
    }
}

void TrainingProgress::noteStage(const StageStarted& stage)
{
    m_what = std::string(name(stage.kind));
    m_training = false;
    m_pretraining = stage.stage < 0;
    m_totalSteps = m_pretraining ? stage.steps : m_runSteps;
    if (!m_pretraining) return;
    m_step = stage.stepsDone;
    m_firstTime = 0;
}

void TrainingProgress::noteStep(const StepFinished& step, double now)
{
    if (step.step == 0) return;  // what the expansion did
    if (m_firstTime == 0) {
        m_firstTime = now;
        m_firstStep = step.step;
    }
    m_training = true;
    m_step = step.step;
    if (m_totalSteps > 0) m_fraction = double(m_step) / double(m_totalSteps);
    if (m_step > m_firstStep) {
        m_secondsLeft = (now - m_firstTime) / double(m_step - m_firstStep) * double(m_totalSteps - m_step);
    }
    for (const MetricValue& metric : step.metrics) {
        if (!metric.language.empty()) continue;
        if (metric.name == "loss") m_loss = metric.value;
        if (metric.name == "tokens-per-second") m_tokensPerSecond = metric.value;
    }
}

std::string TrainingProgress::text() const
{
    std::string text = m_what;
    if (!m_training) return text + " " + numberText(m_fraction * 100, 0) + " %";
    // A number before a slash is a step of the run.
    text += m_pretraining ? " of the base, " + std::to_string(m_step) + " of " + std::to_string(m_totalSteps)
                          : " " + std::to_string(m_step) + "/" + std::to_string(m_totalSteps);
    if (m_secondsLeft > 0) text += ", " + durationText(m_secondsLeft) + " left";
    text += ", loss " + numberText(m_loss, 3);
    if (m_bitsPerByte > 0) text += ", " + numberText(m_bitsPerByte, 3) + " bits/byte";
    if (m_tokensPerSecond > 0) text += ", " + numberText(m_tokensPerSecond, 0) + " tok/s";
    return text;
}

}  // namespace moebel
