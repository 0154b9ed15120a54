// A second process in a test.
#pragma once

#include <QtGlobal>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace fixture {

/// A child process that does `work` and then waits to be killed; kill() ends it as if the machine's memory had run out.
class Child {
public:
    template <typename Work>
    explicit Child(Work work)
    {
        int ready[2];
        if (::pipe(ready) != 0) qFatal("no pipe");
        m_pid = ::fork();
        if (m_pid < 0) qFatal("no process");
        if (m_pid == 0) {
            const bool done = work();
            [[maybe_unused]] const ssize_t said = ::write(ready[1], done ? "y" : "n", 1);
            for (;;) ::pause();
        }
        char answer = 0;
        if (::read(ready[0], &answer, 1) != 1) qFatal("the child died");
        m_succeeded = answer == 'y';
        ::close(ready[0]);
        ::close(ready[1]);
    }
    ~Child() { kill(); }
    void kill()
    {
        if (m_pid <= 0) return;
        ::kill(m_pid, SIGKILL);
        ::waitpid(m_pid, nullptr, 0);
        m_pid = 0;
    }
    pid_t pid() const { return m_pid; }
    bool succeeded() const { return m_succeeded; }

private:
    pid_t m_pid = 0;
    bool m_succeeded = false;
};

}  // namespace fixture
