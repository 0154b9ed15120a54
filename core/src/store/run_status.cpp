#include <algorithm>
#include <chrono>

#include "lock_file.h"
#include "moebel/store/run_folder.h"
#include "moebel/store/run_store.h"
#include "run_state.h"

namespace moebel {

namespace {

// From the last row of the record to exit.json: a worker that is slow to end included.
constexpr auto kSupervisorTakes = std::chrono::seconds(10);

// What the record knows; `lastState` is the newest event that tells a state.
struct Recorded {
    RunReader::Reached reached;
    std::string lastState;
};

Result<Recorded> readRecorded(const Result<RunReader>& reader)
{
    if (!reader) return reader.error();
    const auto reached = reader->reached();
    if (!reached) return reached.error();
    const auto state = reader->lastState();
    if (!state) return state.error();
    return Recorded{*reached, *state};
}

std::string sentence(const ExitRecord& exit)
{
    if (!exit.message.empty()) return exit.message;
    if (exit.signal != 0) return "the worker was ended by signal " + std::to_string(exit.signal);
    return "the worker ended with exit code " + std::to_string(exit.exitCode);
}

void applyExit(const ExitRecord& exit, RunStatus& status)
{
    if (exit.state == name(RunState::Finished)) {
        status.state = RunState::Finished;
    } else if (exit.state == name(RunState::Stopped)) {
        status.state = RunState::Stopped;
    } else if (exit.state == name(RunState::Failed)) {
        status.state = RunState::Failed;
        status.reason = sentence(exit);
    } else {
        status.state = RunState::Interrupted;
        status.reason = sentence(exit);
    }
}

// Nobody works on the run and nobody wrote how it ended.
void applyVanished(const RunFolder& run, const std::string& lastState, RunStatus& status)
{
    std::error_code error;
    const bool started = !lastState.empty() || std::filesystem::exists(run.lockFile(), error);
    status.state = started ? RunState::Interrupted : RunState::Queued;
    if (!started) return;
    status.reason = "the worker vanished at step " + std::to_string(status.step) + " without an exit record";
    if (lastState != "run-finished" && lastState != "run-stopped" && lastState != "run-failed") return;
    status.reason = "the record ends with " + lastState + " but the exit record is missing; the supervisor vanished";
    const auto written = std::filesystem::last_write_time(run.database(), error);
    status.ending = !error && std::filesystem::file_time_type::clock::now() - written < kSupervisorTakes;
}

}  // namespace

std::string_view name(RunState state)
{
    switch (state) {
    case RunState::Queued: return "queued";
    case RunState::Running: return "running";
    case RunState::Paused: return "paused";
    case RunState::Stopped: return "stopped";
    case RunState::Finished: return "finished";
    case RunState::Failed: return "failed";
    case RunState::Interrupted: return "interrupted";
    case RunState::Damaged: return "damaged";
    }
    return "";
}

RunStatus runStatus(const RunFolder& run) { return statusOf(run, RunReader::open(run, NewerSchema::Read)); }

RunStatus statusOf(const RunFolder& run, const Result<RunReader>& reader)
{
    RunStatus status;
    const bool live = liveLock(run.lockFile()).has_value();
    const Result<Recorded> recorded = readRecorded(reader);
    if (recorded) {
        status.step = std::max<std::int64_t>(0, recorded->reached.step);
        status.totalSteps = recorded->reached.totalSteps;
    }
    std::error_code error;
    if (live) {
        status.state = recorded && recorded->lastState == "paused" ? RunState::Paused : RunState::Running;
    } else if (!recorded) {
        status.state = RunState::Damaged;
        status.reason = recorded.error().message;
    } else if (!std::filesystem::is_regular_file(run.experimentFile(), error)) {
        status.state = RunState::Damaged;
        status.reason = run.experimentFile().string() + " is missing, expected the description of the run; restore it from a copy";
    } else if (const auto exit = readExitRecord(run)) {
        applyExit(*exit, status);
    } else {
        applyVanished(run, recorded->lastState, status);
    }
    return status;
}

}  // namespace moebel
