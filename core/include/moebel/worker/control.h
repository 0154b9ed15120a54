// Talking to a live run: what can be asked of it, the socket it listens on, the client that asks.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "moebel/base/result.h"
#include "moebel/store/run_event.h"
#include "moebel/store/run_folder.h"

namespace moebel {

enum class RunCommand { Stop, Pause, Resume, Save, AskStatus };
/// "stop", "pause", "resume", "save", "status": the words of the socket and of the verbs.
std::string_view name(RunCommand command);
std::optional<RunCommand> runCommand(std::string_view word);

/// Wishes of the outside, looked at by the training loop once a micro-batch. Safe to set from any thread or signal handler.
/// Stop wins over pause: a paused run that is told to stop saves and ends. Resume clears pause. Whoever acts on save clears it.
struct RunControl {
    std::atomic<bool> stop{false};
    std::atomic<bool> pause{false};
    std::atomic<bool> save{false};
};
/// Sets the wish; AskStatus changes nothing.
void apply(RunCommand command, RunControl& control);

/// Listens on socketPath(run) (mode 0600, same user only), sends events as JSON lines to every client (newest of each kind
/// for a slow one), and turns commands into RunControl. A new client first gets the newest event of each kind. A command is
/// answered by one line {"v":1,"answer":"<command>","ok":true,"run","state","reason","stage","step","total_steps","base_step",
/// "base_steps"}, state being "running", "paused" (for `reason`) or "stopping"; a line that is no command by {"v":1,"answer":"","ok":false,"message"}.
/// Owns one thread; receive() never blocks; the destructor hands out what is still queued.
class EventServer : public RunSink {
public:
    /// Errors: "run-locked" when another worker listens there; "socket" when the system refuses.
    static Result<std::unique_ptr<EventServer>> start(const RunFolder& run, RunControl& control);
    ~EventServer() override;
    void receive(const RunEvent& event) override;

private:
    struct State;
    explicit EventServer(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

/// Sends one command; the answer is the worker's JSON line. Errors: "not-running" when nobody listens, "no-answer" in time.
Result<std::string> sendCommand(const RunFolder& run, RunCommand command, double timeoutSeconds = 5);

/// Reads event lines from a live run until it ends or `keepGoing` is false; Error "not-running" when nobody listens.
Status followEvents(const RunFolder& run, const std::function<void(std::string_view jsonLine)>& onLine,
                    const std::function<bool()>& keepGoing);

}  // namespace moebel
