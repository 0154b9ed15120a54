// What the user asks of a run: the requests of its socket, and to go on with one that has ended.
#pragma once

#include <QObject>
#include <QString>

#include "app/workbench/control/jobs.h"
#include "moebel/store/run_folder.h"
#include "moebel/worker/control.h"

namespace moebel
{

/// What may be asked of a run in its state.
struct RunChoices {
    bool stop = false;    ///< save and end
    bool pause = false;   ///< wait, with the model in memory
    bool goOn = false;    ///< out of the pause
    bool save = false;    ///< write a checkpoint now
    bool resume = false;  ///< start a worker again from the newest checkpoint
    bool operator==(const RunChoices&) const = default;
};
/// `attached`: the worker listens. `asked`: an answer is awaited.
RunChoices choicesOf(const RunStatus& status, bool attached, bool asked);

class RunRequests : public QObject
{
    Q_OBJECT

public:
    /// `program`: path of `moebel`, for resume(); empty = not found.
    RunRequests(Jobs& jobs, QString program, QObject* parent = nullptr);
    /// What is being started goes on.
    ~RunRequests() override;

    void setProgram(const QString& program) { m_program = program; }
    /// Asks the worker; `answered` follows.
    void ask(const RunFolder& run, RunCommand command);
    /// Starts `moebel resume RUN` in a session of its own; `answered` follows when the worker was started.
    void resume(const RunFolder& run);
    bool asking() const { return m_asked > 0; }

Q_SIGNALS:
    /// One sentence for the user.
    void answered(bool ok, const QString& sentence);
    void askingChanged();

private:
    void settle(bool ok, const QString& sentence);

    Jobs& m_jobs;
    QString m_program;
    int m_asked = 0;
};

}  // namespace moebel
