// A program as a child: what it is started with, how it ended.
#pragma once

#include <sys/types.h>

#include "moebel/base/result.h"
#include "moebel/worker/supervisor.h"

namespace moebel {

/// Forks and executes; signals are at their defaults in the child. `dieWithParent`: the child is killed when this process
/// vanishes. Error "cannot-start" names the program and the reason.
Result<pid_t> spawn(const WorkerCommand& command, bool dieWithParent);

struct ChildEnd {
    int exitCode = 0;
    int signal = 0;  ///< 0 = it ended by itself
};
/// Waits for the end of a child; SIGINT, SIGTERM and SIGHUP that reach this process meanwhile are passed on.
/// One at a time a process.
ChildEnd waitPassingSignalsOn(pid_t child);

}  // namespace moebel
