#include "moebel/worker/live_status.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "moebel/worker/control.h"

namespace moebel {
namespace {

std::int64_t number(const nlohmann::json& answer, const char* key, std::int64_t missing)
{
    const auto found = answer.find(key);
    return found != answer.end() && found->is_number_integer() ? found->get<std::int64_t>() : missing;
}

std::string text(const nlohmann::json& answer, const char* key)
{
    const auto found = answer.find(key);
    return found != answer.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void take(const nlohmann::json& answer, RunStatus& status)
{
    const std::string state = text(answer, "state");
    status.state = state == "paused" ? RunState::Paused : RunState::Running;
    status.reason = state == "paused" ? text(answer, "reason") : std::string();
    status.step = std::max(status.step, number(answer, "step", 0));
    status.totalSteps = std::max(status.totalSteps, number(answer, "total_steps", 0));
    status.baseStep = std::max(status.baseStep, number(answer, "base_step", 0));
    status.baseSteps = std::max(status.baseSteps, number(answer, "base_steps", 0));
}

/// `status` is what the disk says of a run whose worker lives.
void askWorker(const RunFolder& run, double timeoutSeconds, RunStatus& status)
{
    const auto answer = sendCommand(run, RunCommand::AskStatus, timeoutSeconds);
    if (answer) {
        const auto told = nlohmann::json::parse(*answer, nullptr, false);
        if (told.is_object()) take(told, status);
        return;
    }
    if (answer.error().code != "no-answer") return;
    const auto worker = liveWorker(run);
    if (!worker) {  // it has ended in between
        status = runStatus(run);
        return;
    }
    const std::string process = std::to_string(*worker);
    status.state = RunState::NotResponding;
    status.reason = "its worker, process " + process + ", does not answer; if a signal has stopped it, 'kill -CONT " + process + "' lets it go on";
}

}  // namespace

RunStatus liveStatus(const RunFolder& run, double timeoutSeconds)
{
    RunStatus status = runStatus(run);
    if (isLive(status.state)) askWorker(run, timeoutSeconds, status);
    return status;
}

void askLiveRuns(std::vector<RunSummary>& runs, double timeoutSeconds)
{
    for (RunSummary& run : runs)
        if (isLive(run.status.state)) askWorker(run.folder, timeoutSeconds, run.status);
}

}  // namespace moebel
