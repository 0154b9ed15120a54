// One run, complete and current: its record first, then what its worker tells.
#pragma once

#include <QObject>
#include <QTimer>

#include "app/workbench/control/coalescer.h"
#include "app/workbench/control/jobs.h"
#include "app/workbench/control/run_history.h"

namespace moebel
{

class RunFollower;

/// Reads run.sqlite on the jobs' threads once a second while the run is live (every three seconds otherwise, only for a new
/// state) and puts the events of the socket on top, so that a point is seen at once, is never there twice and never missing for
/// longer than a second. Without a socket the readings alone go on. A worker that comes back is found by itself.
class RunFeed : public QObject
{
    Q_OBJECT

public:
    explicit RunFeed(Jobs& jobs, QObject* parent = nullptr);
    ~RunFeed() override;

    /// Forgets what it knew and follows this run.
    void follow(const RunFolder& run);
    /// Follows nothing.
    void leave();
    /// Off: neither reads nor listens, but keeps what it knows (for pages nobody looks at). On is the default.
    void setActive(bool active);
    /// Reads the record now.
    void read();

    const RunHistory& history() const { return m_history; }
    const RunFolder& run() const { return m_run; }
    bool following() const { return m_following; }
    /// The worker's socket is open.
    bool attached() const { return m_attached; }
    /// Why the record could not be read, in one sentence.
    QString problem() const { return m_problem; }
    /// The record was looked at once.
    bool hasRead() const { return m_hasRead; }

Q_SIGNALS:
    /// Other series, languages, stages or scores than before.
    void structureChanged();
    /// Points, state or events have come; at most 25 times a second.
    void advanced();
    void attachedChanged(bool attached);
    /// Routing of a window of training or of the held-out text, at once as the worker tells it.
    void routingSampled(const moebel::RoutingSampled& sample);

private:
    void start();
    void stop();
    void takeReading(RunReading reading);
    void takeEvents();
    void setAttached(bool attached);
    bool live() const;

    Jobs& m_jobs;
    Coalescer m_coalescer;
    QTimer m_poll;
    std::shared_ptr<void> m_untold;  ///< what was read and waits for the coalescer counts as work under way
    RunFolder m_run;
    RunHistory m_history;
    RunFollower* m_follower = nullptr;
    QString m_problem;
    quint64 m_request = 0;  ///< readings of earlier runs are outdated
    bool m_following = false;
    bool m_active = true;
    bool m_attached = false;
    bool m_reading = false;
    bool m_readAgain = false;
    bool m_hasRead = false;
};

}  // namespace moebel
