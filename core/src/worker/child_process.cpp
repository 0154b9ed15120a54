#include "child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>

namespace moebel {
namespace {

std::atomic<pid_t> g_child{0};  ///< read by the signal handler
std::atomic<int> g_early{0};    ///< a signal that came before there was a child

void passOn(int signal)
{
    const int before = errno;
    const pid_t child = g_child.load();
    if (child > 0) {
        ::kill(child, signal);
    } else {
        g_early = signal;
    }
    errno = before;
}

std::vector<std::string> mergedEnvironment(const std::vector<std::string>& added)
{
    std::vector<std::string> result = added;
    const auto isReplaced = [&](const std::string& entry) {
        const std::string begin = entry.substr(0, entry.find('=') + 1);
        return std::any_of(added.begin(), added.end(), [&](const std::string& other) { return other.rfind(begin, 0) == 0; });
    };
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (!isReplaced(*entry)) result.emplace_back(*entry);
    }
    return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

/// In the child, between fork and exec: system calls only.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment, int report, pid_t parent)
{
    for (int signal = 1; signal < NSIG; ++signal) ::signal(signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (parent != 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(127);  // the parent vanished before the line above
    }
    ::execvpe(program, arguments, environment);
    const int error = errno;
    if (::write(report, &error, sizeof(error)) < 0) ::_exit(126);
    ::_exit(127);
}

}  // namespace

Result<pid_t> spawn(const WorkerCommand& command, bool dieWithParent)
{
    std::vector<std::string> arguments = command.arguments;
    arguments.insert(arguments.begin(), command.program);
    std::vector<std::string> environment = mergedEnvironment(command.environment);
    const std::vector<char*> argumentPointers = pointers(arguments);
    const std::vector<char*> environmentPointers = pointers(environment);
    const auto cannot = [&](int error) {
        return failed("cannot-start", command.program + ": cannot be started: " + std::system_category().message(error),
                      command.program);
    };
    int report[2];
    if (::pipe2(report, O_CLOEXEC) != 0) return cannot(errno);
    const pid_t parent = dieWithParent ? ::getpid() : 0;
    const pid_t child = ::fork();
    if (child == 0) {
        become(command.program.c_str(), argumentPointers.data(), environmentPointers.data(), report[1], parent);
    }
    const int forkError = errno;
    ::close(report[1]);
    int error = child < 0 ? forkError : 0;
    while (child > 0 && ::read(report[0], &error, sizeof(error)) < 0 && errno == EINTR) {
    }
    ::close(report[0]);
    if (error == 0) return child;
    if (child > 0) ::waitpid(child, nullptr, 0);
    return cannot(error);
}

ChildEnd waitFor(pid_t child)
{
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
    return {WEXITSTATUS(status), 0};
}

SignalsPassedOn::SignalsPassedOn()
{
    g_child = 0;
    g_early = 0;
    struct sigaction handler {};
    handler.sa_handler = passOn;
    for (std::size_t i = 0; i < std::size(kSignals); ++i) ::sigaction(kSignals[i], &handler, &m_before[i]);
}

SignalsPassedOn::~SignalsPassedOn()
{
    for (std::size_t i = 0; i < std::size(kSignals); ++i) ::sigaction(kSignals[i], &m_before[i], nullptr);
    g_child = 0;
}

void SignalsPassedOn::toNobody() { g_child = 0; }

void SignalsPassedOn::to(pid_t child)
{
    g_child = child;
    if (const int early = g_early.exchange(0)) ::kill(child, early);
}

}  // namespace moebel
