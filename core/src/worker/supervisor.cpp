#include "moebel/worker/supervisor.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <optional>
#include <system_error>

#include "child_process.h"

namespace moebel
{
namespace
{

/// The last error of the log, which the worker writes as "... [error] sentence"; empty when there is none.
std::string lastErrorOfLog(const RunFolder& run)
{
    std::ifstream log(run.logFile(), std::ios::binary | std::ios::ate);
    if (!log) return {};
    const auto size = std::int64_t(log.tellg());
    const auto tail = std::min<std::int64_t>(size, 64 * 1024);
    std::string text(std::size_t(tail), '\0');
    log.seekg(size - tail);
    log.read(text.data(), tail);
    static constexpr std::string_view kMark = "[error] ";
    const auto mark = text.rfind(kMark);
    if (mark == std::string::npos) return {};
    const auto begin = mark + kMark.size();
    return text.substr(begin, text.find('\n', begin) - begin);
}

std::string signalSentence(int signal)
{
    std::string sentence = "the worker was ended by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
    if (signal == SIGKILL) sentence += ", by a person or because the machine ran out of memory";
    return sentence + "; 'moebel resume' goes on from the newest checkpoint";
}

ExitRecord exitRecord(const RunFolder& run, const ChildEnd& end)
{
    ExitRecord record;
    record.exitCode = end.signal != 0 ? exitCode(ErrorKind::Interrupted) : end.exitCode;
    record.signal = end.signal;
    record.endedAt = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    if (end.signal != 0) {
        record.state = "interrupted";
        record.message = signalSentence(end.signal);
    } else if (end.exitCode == 0) {
        record.state = "finished";
    } else if (end.exitCode == exitCode(ErrorKind::Stopped)) {
        record.state = "stopped";
    } else if (end.exitCode == exitCode(ErrorKind::Interrupted)) {
        record.state = "interrupted";
        record.message = "the worker was ended before it could save; 'moebel resume' goes on from the newest checkpoint";
    } else if (end.exitCode == exitCode(ErrorKind::DeviceLost)) {  // a code between worker and supervisor
        record.exitCode = exitCode(ErrorKind::Interrupted);
        record.state = "interrupted";
        record.message = "the worker lost its GPU, and so did the fresh one; 'moebel resume' goes on from the newest checkpoint";
    } else {
        record.state = "failed";
        record.message = lastErrorOfLog(run);
        if (record.message.empty()) record.message = "the worker ended with exit code " + std::to_string(end.exitCode);
    }
    return record;
}

/// Starts the process that goes on once the worker has ended so; none: nobody does.
std::optional<pid_t> successorOf(const RunFolder& run, const ChildEnd& end, const WorkerCommand& command, bool dieWithParent)
{
    const bool lost = end.signal == 0 && end.exitCode == exitCode(ErrorKind::DeviceLost);
    if (!lost || command.resumeArguments.empty()) return std::nullopt;
    std::ofstream(run.logFile(), std::ios::app)
        << "[warning] the worker lost its GPU; a fresh process goes on from the newest checkpoint\n";
    const auto successor = spawn({command.program, command.resumeArguments, command.environment}, dieWithParent);
    return successor ? std::optional(*successor) : std::nullopt;
}

Result<int> superviseChild(const RunFolder& run, pid_t child, SignalsPassedOn& signals, const WorkerCommand& command,
                           bool dieWithParent)
{
    signals.to(child);
    ChildEnd end = waitFor(child);
    signals.toNobody();
    if (const auto successor = successorOf(run, end, command, dieWithParent)) {
        signals.to(*successor);
        end = waitFor(*successor);
    }
    const ExitRecord record = exitRecord(run, end);
    if (Status written = writeExitRecord(run, record); !written) return written.error();
    return record.exitCode;
}

/// What the detached supervisor tells its starter through a pipe.
struct Started {
    pid_t worker = 0;
    int outputError = 0;  ///< errno when the log could not be opened
};

bool redirectOutput(const RunFolder& run)
{
    const int input = ::open("/dev/null", O_RDONLY);
    const int log = ::open(run.logFile().c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    return input >= 0 && log >= 0 && ::dup2(input, STDIN_FILENO) >= 0 && ::dup2(log, STDOUT_FILENO) >= 0 &&
           ::dup2(log, STDERR_FILENO) >= 0;
}

/// The process between starter and worker, in a session of its own. Touches nothing but files: the starter may have had
/// threads inside any library when it forked.
[[noreturn]] void superviseInOwnSession(const RunFolder& run, const WorkerCommand& command, int report)
{
    ::setsid();
    if (::fork() != 0) ::_exit(0);  // the session's leader ends, so that the starter has nobody to wait for later
    ::prctl(PR_SET_NAME, "moebel-watch");
    constexpr int kReport = 3;
    ::dup2(report, kReport);
    ::fcntl(kReport, F_SETFD, FD_CLOEXEC);
    ::close_range(kReport + 1, ~0U, 0);
    ::signal(SIGPIPE, SIG_IGN);
    SignalsPassedOn signals;
    Started started;
    if (!redirectOutput(run)) started.outputError = errno;
    ::close_range(kReport + 1, ~0U, 0);
    auto child = started.outputError == 0 ? spawn(command, false) : Result<pid_t>(failed("log", ""));
    if (child) started.worker = *child;
    if (::write(kReport, &started, sizeof(started)) < 0) started.outputError = errno;  // the starter is gone: work on
    ::close(kReport);
    if (!child) ::_exit(127);
    const auto code = superviseChild(run, *child, signals, command, false);
    ::_exit(code ? *code : exitCode(ErrorKind::Failed));
}

}  // namespace

std::vector<std::string> workerEnvironment()
{
    return {"OMP_WAIT_POLICY=passive", "GOMP_SPINCOUNT=0", "MALLOC_MMAP_THRESHOLD_=33554432",
            "MALLOC_TRIM_THRESHOLD_=1073741824", "MALLOC_TOP_PAD_=67108864"};
}

Result<int> superviseWorker(const RunFolder& run, const WorkerCommand& command)
{
    SignalsPassedOn signals;
    const auto child = spawn(command, true);
    if (!child) return child.error();
    return superviseChild(run, *child, signals, command, true);
}

Result<std::int64_t> startDetached(const RunFolder& run, const WorkerCommand& command)
{
    int report[2];
    if (::pipe2(report, O_CLOEXEC) != 0) {
        return failed("cannot-start", "no pipe could be opened: " + std::system_category().message(errno));
    }
    const pid_t leader = ::fork();
    if (leader == 0) superviseInOwnSession(run, command, report[1]);
    ::close(report[1]);
    Started started;
    ssize_t size = 0;
    while (leader > 0 && (size = ::read(report[0], &started, sizeof(started))) < 0 && errno == EINTR) {
    }
    ::close(report[0]);
    if (leader > 0) ::waitpid(leader, nullptr, 0);
    if (started.outputError != 0) {
        return failed("cannot-start",
                      run.logFile().string() + ": cannot be written: " + std::system_category().message(started.outputError));
    }
    if (size != ssize_t(sizeof(started)) || started.worker <= 0) {
        return failed("cannot-start", command.program + ": cannot be started; see " + run.logFile().string());
    }
    return std::int64_t(started.worker);
}

}  // namespace moebel
