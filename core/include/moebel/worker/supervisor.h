// Starts the worker of a run as a child process, waits for it, and writes exit.json, so that how it ended is known to all.
#pragma once

#include <string>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/store/run_folder.h"

namespace moebel {

/// The program and its arguments; `environment` entries are "NAME=VALUE" and are added to ours.
struct WorkerCommand {
    std::string program;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
};

/// OMP_WAIT_POLICY=passive and GOMP_SPINCOUNT=0: must stand before libgomp loads (performance.md 4.3).
std::vector<std::string> workerEnvironment();

/// Runs the worker in the foreground, passes SIGINT and SIGTERM on, writes exit.json. Returns the exit code of the worker
/// (a signal death gives 4).
Result<int> superviseWorker(const RunFolder& run, const WorkerCommand& command);

/// Starts `command` in a session of its own, stdin closed, output to the run's log; returns its pid at once.
Result<std::int64_t> startDetached(const RunFolder& run, const WorkerCommand& command);

}  // namespace moebel
