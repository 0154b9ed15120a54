#include "app/workbench/control/run_follower.h"

#include <chrono>

#include "moebel/worker/control.h"

namespace moebel
{

namespace
{

constexpr std::size_t kMostEvents = 65'536;
constexpr auto kBetweenTries = std::chrono::milliseconds(250);

}  // namespace

RunFollower::RunFollower(RunFolder run, QObject* parent) : QThread(parent), m_run(std::move(run)) {}

RunFollower::~RunFollower()
{
    stop();
    wait();
}

void RunFollower::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_wake.notify_all();
}

void RunFollower::retire()
{
    stop();
    disconnect(this, &RunFollower::arrived, nullptr, nullptr);
    disconnect(this, &RunFollower::attached, nullptr, nullptr);
    connect(this, &QThread::finished, this, &QObject::deleteLater);
    if (isFinished()) deleteLater();
}

std::vector<RunEvent> RunFollower::take()
{
    const std::lock_guard lock(m_mutex);
    std::vector<RunEvent> events(std::make_move_iterator(m_events.begin()), std::make_move_iterator(m_events.end()));
    m_events.clear();
    return events;
}

void RunFollower::keep(std::string_view line)
{
    if (!m_attached) {
        m_attached = true;
        Q_EMIT attached(true);
    }
    auto event = fromJsonLine(line);
    if (!event) return;  // a newer program's event, or the answer to a command
    bool first = false;
    {
        const std::lock_guard lock(m_mutex);
        first = m_events.empty();
        if (m_events.size() >= kMostEvents) m_events.pop_front();
        m_events.push_back(std::move(event).value());
    }
    if (first) Q_EMIT arrived();
}

bool RunFollower::pauseBeforeNext()
{
    std::unique_lock lock(m_mutex);
    return !m_wake.wait_for(lock, kBetweenTries, [this] { return m_stop.load(); });
}

void RunFollower::run()
{
    do {
        const Status ended = followEvents(
            m_run, [this](std::string_view line) { keep(line); }, [this] { return !m_stop; });
        if (m_attached) Q_EMIT attached(false);
        m_attached = false;
        if (!ended && ended.error().code == "long-line") continue;  // the next connection begins with the newest of each kind
    } while (pauseBeforeNext());
}

}  // namespace moebel
