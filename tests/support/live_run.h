// A run that only has its socket: events are put in by hand, clients keep what they get.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "moebel/worker/control.h"

namespace moebel::test {

using nlohmann::json;

struct LiveRun {
    QTemporaryDir folder;
    RunFolder run{folder.path().toStdString() + "/20260101-000000-test"};
    RunControl control;
    std::unique_ptr<EventServer> server;

    LiveRun()
    {
        std::filesystem::create_directory(run.path);
        auto started = EventServer::start(run, control);
        if (started) server = std::move(*started);
    }
};

inline StepFinished step(std::int64_t number)
{
    return {0, number, {{"loss", "nats/token", "", 1.0 / double(number)}}};
}

/// A client in a thread of its own that keeps all lines.
class Listener {
public:
    explicit Listener(const RunFolder& run)
        : m_thread([this, run] {
              const auto status = followEvents(run, [this](std::string_view line) { keep(line); }, [this] { return !m_end; });
              m_failed = !status.ok();
          })
    {
    }
    ~Listener() { end(); }
    void end()
    {
        m_end = true;
        if (m_thread.joinable()) m_thread.join();
    }
    /// Waits until the run is over; then all lines.
    std::vector<json> untilTheEnd()
    {
        m_thread.join();
        return m_lines;
    }
    std::size_t count()
    {
        const std::lock_guard lock(m_mutex);
        return m_lines.size();
    }
    std::int64_t lastStep()
    {
        const std::lock_guard lock(m_mutex);
        return m_lastStep;
    }
    bool failed() const { return m_failed; }

private:
    void keep(std::string_view line)
    {
        const std::lock_guard lock(m_mutex);
        m_lines.push_back(json::parse(line));
        if (m_lines.back()["kind"] == "step") m_lastStep = m_lines.back()["step"];
    }
    std::mutex m_mutex;
    std::vector<json> m_lines;
    std::int64_t m_lastStep = 0;
    std::atomic<bool> m_end{false};
    std::atomic<bool> m_failed{false};
    std::thread m_thread;
};

inline void waitFor(Listener& listener, std::size_t lines)
{
    while (listener.count() < lines && !listener.failed()) QTest::qSleep(2);
}

inline void waitForStep(Listener& listener, std::int64_t step)
{
    while (listener.lastStep() < step && !listener.failed()) QTest::qSleep(2);
}

inline int connectRaw(const RunFolder& run)
{
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = socketPath(run).string();
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    return ::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 ? descriptor : -1;
}

inline std::vector<std::int64_t> stepsIn(const std::vector<json>& lines)
{
    std::vector<std::int64_t> steps;
    for (const json& line : lines) {
        if (line["kind"] == "step") steps.push_back(line["step"]);
    }
    return steps;
}

}  // namespace moebel::test
