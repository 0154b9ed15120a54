#include "app/workbench/control/run_feed.h"

#include "app/workbench/control/run_follower.h"

namespace moebel
{

namespace
{

constexpr int kLiveMilliseconds = 1000;
constexpr int kIdleMilliseconds = 3000;
constexpr int kEndingMilliseconds = 200;  // the supervisor is about to say how the run ended

bool tellsState(const RunEvent& event)
{
    return std::holds_alternative<RunStarted>(event) || std::holds_alternative<StageStarted>(event) ||
           std::holds_alternative<CheckpointWritten>(event) || std::holds_alternative<RunFinished>(event) ||
           std::holds_alternative<RunStopped>(event) || std::holds_alternative<RunFailed>(event);
}

}  // namespace

RunFeed::RunFeed(Jobs& jobs, QObject* parent) : QObject(parent), m_jobs(jobs), m_coalescer(this), m_poll(this)
{
    m_poll.setSingleShot(true);
    connect(&m_poll, &QTimer::timeout, this, &RunFeed::read);
    connect(&m_coalescer, &Coalescer::due, this, [this] {
        takeEvents();
        Q_EMIT advanced();
        m_untold.reset();
    });
}

RunFeed::~RunFeed() = default;

void RunFeed::follow(const RunFolder& run)
{
    leave();
    m_run = run;
    m_following = true;
    if (m_active) start();
}

void RunFeed::leave()
{
    stop();
    m_following = false;
    m_hasRead = false;
    m_problem.clear();
    m_history = RunHistory();
}

void RunFeed::setActive(bool active)
{
    if (active == m_active) return;
    m_active = active;
    if (!m_following) return;
    active ? start() : stop();
}

// The socket first: what comes while the record is read waits on top of it.
void RunFeed::start()
{
    m_follower = new RunFollower(m_run, this);
    connect(m_follower, &RunFollower::arrived, &m_coalescer, &Coalescer::touch);
    connect(m_follower, &RunFollower::attached, this, &RunFeed::setAttached);
    m_follower->start();
    read();
}

void RunFeed::stop()
{
    ++m_request;
    m_reading = m_readAgain = false;
    m_poll.stop();
    m_coalescer.cancel();
    m_untold.reset();
    if (m_follower) m_follower->retire();
    m_follower = nullptr;
    setAttached(false);
}

bool RunFeed::live() const
{
    const RunState state = m_history.status().state;
    return m_attached || state == RunState::Running || state == RunState::Paused;
}

void RunFeed::read()
{
    if (!m_following || !m_active) return;
    m_poll.stop();
    if (m_reading) {
        m_readAgain = true;
        return;
    }
    m_reading = true;
    const quint64 request = m_request;
    m_jobs.run(
        this, [run = m_run, marks = m_history.marks()] { return readRun(run, marks); },
        [this, request](RunReading reading) {
            if (request == m_request) takeReading(std::move(reading));
        });
}

void RunFeed::takeReading(RunReading reading)
{
    m_reading = false;
    m_hasRead = true;
    m_problem = reading.problem;
    const bool changed = m_history.take(std::move(reading));
    if (changed) Q_EMIT structureChanged();
    m_untold = m_jobs.hold();
    m_coalescer.touch();
    m_poll.start(m_history.status().ending ? kEndingMilliseconds : live() ? kLiveMilliseconds : kIdleMilliseconds);
    if (m_readAgain) {
        m_readAgain = false;
        read();
    }
}

void RunFeed::takeEvents()
{
    if (!m_follower) return;
    bool changed = false, state = false;
    const RoutingSampled* routing = nullptr;
    const std::vector<RunEvent> events = m_follower->take();
    for (const RunEvent& event : events) {
        changed = m_history.take(event) || changed;
        state = state || tellsState(event);
        if (const auto* sample = std::get_if<RoutingSampled>(&event)) routing = sample;
    }
    if (changed) Q_EMIT structureChanged();
    if (routing) Q_EMIT routingSampled(*routing);
    if (state) read();
}

void RunFeed::setAttached(bool attached)
{
    if (attached == m_attached) return;
    m_attached = attached;
    Q_EMIT attachedChanged(attached);
    if (m_following && m_active) read();  // the worker came or went: the state on disk says which
}

}  // namespace moebel
