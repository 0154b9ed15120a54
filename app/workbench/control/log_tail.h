// The end of a run's log.txt, read piece by piece.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QStringList>

#include "app/workbench/control/jobs.h"
#include "moebel/store/run_folder.h"

namespace moebel
{

/// Whole lines of a piece of a log; a line without its end waits for the next piece.
struct LogPiece {
    QStringList lines;
    qint64 next = 0;          ///< byte at which the next piece begins
    bool again = false;       ///< the file became shorter: these lines replace all others
    bool beginsLate = false;  ///< a long file: it was read from its last MiB on
    bool more = false;        ///< there are lines behind this piece
};
/// 32 KiB from a byte on, which are shown at once without holding anything up; -1: from the last MiB.
LogPiece readLog(const RunFolder& run, qint64 from);

class LogTail : public QObject
{
    Q_OBJECT

public:
    explicit LogTail(Jobs& jobs, QObject* parent = nullptr) : QObject(parent), m_jobs(jobs) {}

    /// Begins with another run's log.
    void follow(const RunFolder& run);
    /// Looks for more; nothing while it is looking, and not more than three times a second.
    void read();

Q_SIGNALS:
    /// All lines before are to be forgotten.
    void restarted();
    void linesRead(const QStringList& lines);

private:
    Jobs& m_jobs;
    RunFolder m_run;
    qint64 m_next = -1;
    quint64 m_request = 0;
    QElapsedTimer m_lastLook;
    bool m_reading = false;
};

}  // namespace moebel
