#include <cmath>

#include "run_rows.h"
#include "words.h"

namespace moebel {

namespace {

std::string number(std::int64_t value) { return std::to_string(value); }

struct ToRow {
    EventRow operator()(const RunStarted& event) const
    {
        return {event.firstStep, std::string(event.resumed ? "resumed" : "started") + " after step " + number(event.firstStep) + " of " +
                                     number(event.totalSteps) + ", " + std::to_string(event.threads) + " threads"};
    }
    EventRow operator()(const StageStarted& event) const
    {
        return {event.stage < 0 ? 0 : event.firstStep, std::string(name(event.kind)) + ", " + number(event.steps) + " steps"};
    }
    EventRow operator()(const StepFinished& event) const { return {event.step, ""}; }
    EventRow operator()(const RoutingSampled& event) const { return {event.step, std::string(name(event.split))}; }
    EventRow operator()(const EvaluationFinished& event) const
    {
        return {event.step, event.scores.empty() ? "" : event.scores.front().checkpoint};
    }
    EventRow operator()(const CheckpointWritten& event) const { return {event.stage < 0 ? 0 : event.step, event.folder}; }
    EventRow operator()(const CheckpointRemoved& event) const { return {0, event.folder}; }
    EventRow operator()(const ExpertsAllocated& event) const
    {
        return {0, std::string(name(event.choice.rule)) + ": " + number(event.choice.total()) + " experts, " + event.choice.reason};
    }
    EventRow operator()(const TextReady& event) const
    {
        std::int64_t tokens = 0;
        for (const auto& language : event.languages) tokens += language.trainingTokens;
        return {0, number(tokens) + " training tokens in " + std::to_string(event.languages.size()) + " languages"};
    }
    EventRow operator()(const BaseReady& event) const
    {
        const std::string threads = event.threads > 0 ? ", trained with " + std::to_string(event.threads) + " threads" : "";
        return {0, std::string(name(event.source)) + threads};
    }
    EventRow operator()(const ModelExpanded& event) const
    {
        std::size_t experts = 0;
        for (const auto& layer : event.origins) experts += layer.size();
        return {0, std::to_string(experts) + " experts in " + std::to_string(event.origins.size()) + " layers"};
    }
    EventRow operator()(const DeviationMeasured& event) const
    {
        const ParameterDeviation& deviation = event.deviation;
        return {0, number(std::int64_t(deviation.languages.size())) + " languages changed the base in " + number(deviation.steps) +
                       " steps each"};
    }
    EventRow operator()(const GroupsFormed& event) const { return {0, wordsOf(event.groups)}; }
    EventRow operator()(const Warned& event) const { return {event.step, event.message}; }
    EventRow operator()(const Progress& event) const { return {0, event.what}; }
    EventRow operator()(const RunPaused& event) const { return {event.step, event.reason}; }
    EventRow operator()(const RunResumed& event) const { return {event.step, ""}; }
    EventRow operator()(const RunFinished& event) const
    {
        return {event.step, "after " + number(std::llround(event.seconds)) + " s"};
    }
    EventRow operator()(const RunStopped& event) const { return {event.step, ""}; }
    EventRow operator()(const RunFailed& event) const { return {event.step, event.error.message}; }
};

}  // namespace

EventRow eventRow(const RunEvent& event) { return std::visit(ToRow(), event); }

}  // namespace moebel
