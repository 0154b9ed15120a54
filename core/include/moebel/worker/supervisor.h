// Starts the worker of a run as a child process, waits for it, and writes exit.json, so that how it ended is known to all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/store/run_folder.h"

namespace moebel {

/// The program and its arguments; `environment` entries are "NAME=VALUE" and are added to ours. `resumeArguments`: those of the
/// process that goes on when this one has lost its GPU; none: nobody goes on.
struct WorkerCommand {
    std::string program;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    std::vector<std::string> resumeArguments = {};
};

/// OMP_WAIT_POLICY=passive and GOMP_SPINCOUNT=0, because a spinning second thread is slower than none when a core is busy
/// (they must stand before libgomp loads), and malloc thresholds that keep big buffers from being unmapped after each step.
std::vector<std::string> workerEnvironment();

/// A worker that ends with the exit code of ErrorKind::DeviceLost is followed once by a fresh process, because its own can't use
/// the GPU again; exit.json tells of the last one, and log.txt of both.
///
/// Runs the worker in the foreground, passes SIGINT, SIGTERM and SIGHUP on, writes exit.json. The worker dies with the caller.
/// Returns the exit code of the worker (a signal death gives 4). Error "cannot-start": the program could not be executed.
Result<int> superviseWorker(const RunFolder& run, const WorkerCommand& command);

/// Starts `command` in a session of its own, stdin closed, output to the run's log; returns its pid at once. A supervisor in
/// that session waits for it and writes exit.json, whatever becomes of the caller. Error "cannot-start" as above.
Result<std::int64_t> startDetached(const RunFolder& run, const WorkerCommand& command);

}  // namespace moebel
