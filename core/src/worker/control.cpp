#include "moebel/worker/control.h"

#include <poll.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "local_socket.h"

namespace moebel {
namespace {

constexpr RunCommand kCommands[] = {RunCommand::Stop, RunCommand::Pause, RunCommand::Resume, RunCommand::Save,
                                    RunCommand::AskStatus};
constexpr std::size_t kLongestLine = std::size_t(16) << 20;  ///< reliability.md section 13

/// Waits until the descriptor can be read, at most this long; true when it can.
bool waitForBytes(int descriptor, int milliseconds)
{
    pollfd entry{descriptor, POLLIN, 0};
    return ::poll(&entry, 1, milliseconds) > 0;
}

Error noAnswer(const RunFolder& run, std::string_view what)
{
    return failed("no-answer", "run " + run.id() + " did not answer " + std::string(what) + "; its log is " + run.logFile().string(),
                  run.path.string());
}

Result<Descriptor> connectTo(const RunFolder& run)
{
    auto connection = connectLocal(socketPath(run));
    if (connection) return connection;
    if (connection.error().code == "no-answer") return noAnswer(run, "the connection");
    if (connection.error().code != "not-running") return connection;
    return invalidInput("not-running", "run " + run.id() + " is not running, so there is nobody to ask; 'moebel resume " +
                                           run.id() + "' starts it again", run.path.string());
}

bool isAnswer(const std::string& line)
{
    const auto value = nlohmann::json::parse(line, nullptr, false);
    return value.is_object() && value.contains("answer");
}

}  // namespace

std::string_view name(RunCommand command)
{
    switch (command) {
        case RunCommand::Stop: return "stop";
        case RunCommand::Pause: return "pause";
        case RunCommand::Resume: return "resume";
        case RunCommand::Save: return "save";
        case RunCommand::AskStatus: return "status";
    }
    return "";
}

std::optional<RunCommand> runCommand(std::string_view word)
{
    for (const RunCommand command : kCommands) {
        if (name(command) == word) return command;
    }
    return std::nullopt;
}

void apply(RunCommand command, RunControl& control)
{
    switch (command) {
        case RunCommand::Stop: control.stop = true; break;
        case RunCommand::Pause: control.pause = true; break;
        case RunCommand::Resume: control.pause = false; break;
        case RunCommand::Save: control.save = true; break;
        case RunCommand::AskStatus: break;
    }
}

Result<std::string> sendCommand(const RunFolder& run, RunCommand command, double timeoutSeconds)
{
    auto connection = connectTo(run);
    if (!connection) return connection.error();
    std::string question = nlohmann::json{{"do", name(command)}}.dump() + "\n";
    if (!sendSome(connection->get(), question)) return failed("no-answer", "run " + run.id() + " closed the connection");
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + std::chrono::duration<double>(timeoutSeconds);
    std::string buffer;
    while (Clock::now() < deadline) {
        if (!waitForBytes(connection->get(), 50)) continue;
        if (readSome(connection->get(), buffer) == ReadOutcome::Closed) break;
        while (auto line = takeLine(buffer)) {
            if (isAnswer(*line)) return *line;
        }
        if (buffer.size() > kLongestLine) break;
    }
    return noAnswer(run, "'" + std::string(name(command)) + "'");
}

Status followEvents(const RunFolder& run, const std::function<void(std::string_view jsonLine)>& onLine,
                    const std::function<bool()>& keepGoing)
{
    auto connection = connectTo(run);
    if (!connection) return connection.error();
    std::string buffer;
    while (keepGoing()) {
        if (!waitForBytes(connection->get(), 100)) continue;
        const ReadOutcome outcome = readSome(connection->get(), buffer);
        while (auto line = takeLine(buffer)) onLine(*line);
        if (outcome == ReadOutcome::Closed) break;
        if (buffer.size() > kLongestLine) return failed("long-line", "run " + run.id() + " sent a line above 16 MiB");
    }
    return Done{};
}

}  // namespace moebel
