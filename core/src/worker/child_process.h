// A program as a child: what it is started with, how it ended.
#pragma once

#include <signal.h>
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
ChildEnd waitFor(pid_t child);

/// While this lives, SIGINT, SIGTERM and SIGHUP that reach this process are passed on to a child; those that came before the
/// child was known, too. One at a time a process.
class SignalsPassedOn {
public:
    SignalsPassedOn();
    ~SignalsPassedOn();
    SignalsPassedOn(const SignalsPassedOn&) = delete;
    SignalsPassedOn& operator=(const SignalsPassedOn&) = delete;

    void to(pid_t child);
    /// The child has ended; what comes from now on waits for the next one.
    void toNobody();

private:
    static constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction m_before[3];
};

}  // namespace moebel
