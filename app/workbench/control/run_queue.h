// Starts what waits in the queue, one worker after another, while the window is open.
#pragma once

#include <QDeadlineTimer>
#include <QLockFile>
#include <QObject>
#include <QTimer>
#include <memory>

#include "app/workbench/control/jobs.h"
#include "app/workbench/control/run_queue_model.h"

namespace moebel
{

/// The next entry starts when no worker lives in the project any more; also one that the command line started counts. Of
/// several windows on one project one starts the runs. With no window open the queue waits.
class RunQueue : public QObject
{
    Q_OBJECT

public:
    RunQueue(WorkerLauncher& launcher, Jobs& jobs, QObject* parent = nullptr);

    RunQueueModel& model() { return m_model; }

    /// The queue of this project; empty = none.
    void setProject(const QString& folder);
    /// Puts it behind the others. The text of the request should be given: it is what will run.
    void add(const LaunchRequest& request, const QString& title);
    /// Lets an entry that could not start wait again.
    void retry(int row);

    /// Looks whether the next one can start; called by itself every two seconds while something waits.
    void look();

Q_SIGNALS:
    /// An entry left the queue because its run exists now.
    void started(const QString& runFolder);
    /// One sentence for the user.
    void problem(const QString& sentence);

private:
    void startNext();
    void onStarted(quint64 launch, const QString& folder);
    void onFailed(quint64 launch, const QString& sentence);
    int nextRow() const;

    WorkerLauncher& m_launcher;
    Jobs& m_jobs;
    RunQueueModel m_model;
    QTimer m_timer;
    std::unique_ptr<QLockFile> m_lock;
    QString m_lastRun;  ///< the folder of the run started last, until its worker was seen or a while has gone by
    QDeadlineTimer m_lastRunKnown;
    quint64 m_launch = 0;
    QString m_launching;  ///< id of the entry that is being started
    bool m_looking = false;
};

}  // namespace moebel
