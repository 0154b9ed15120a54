// Listens to a live run's socket on a thread of its own.
#pragma once

#include <QThread>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "moebel/store/run_event.h"
#include "moebel/store/run_folder.h"

namespace moebel
{

/// Tries to connect four times a second until somebody listens, and again when the worker has gone. Events wait until they are
/// taken; above 65,536 of them the oldest are dropped (the store has them all).
class RunFollower : public QThread
{
    Q_OBJECT

public:
    explicit RunFollower(RunFolder run, QObject* parent = nullptr);
    /// Joins the thread, which takes up to 100 ms; retire() first where that is too long.
    ~RunFollower() override;

    /// Everything that came since the last call, in its order.
    std::vector<RunEvent> take();
    /// Ends the thread soon; the object deletes itself then.
    void retire();

Q_SIGNALS:
    /// There is something to take(); told once until it is taken.
    void arrived();
    void attached(bool attached);

protected:
    void run() override;

private:
    void keep(std::string_view line);
    bool pauseBeforeNext();
    void stop();

    RunFolder m_run;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<RunEvent> m_events;
    std::atomic<bool> m_stop{false};
    bool m_attached = false;  ///< of the thread
};

}  // namespace moebel
