// One question to `moebel` with a JSON answer: a child process that is stopped when its answer is no longer wanted.
#pragma once

#include <QJsonDocument>
#include <QObject>
#include <QStringList>
#include <memory>

#include "app/workbench/control/jobs.h"

class QProcess;

namespace moebel
{

class MoebelCall : public QObject
{
    Q_OBJECT

public:
    /// `program`: path of moebel; empty = it was not found, which is told when something is asked.
    MoebelCall(Jobs& jobs, QString program, QObject* parent = nullptr);
    ~MoebelCall() override;

    /// `arguments`: the verb first; --json is added. Whatever is under way is stopped.
    void ask(const QStringList& arguments);
    void withdraw();
    /// The process goes on without us; nobody hears of its end.
    void letGo();
    bool busy() const { return m_process; }

Q_SIGNALS:
    void answered(const QJsonDocument& answer);
    /// One sentence: moebel's own refusal, or why there is no answer.
    void failed(const QString& sentence);

private:
    void finish(bool good);

    Jobs& m_jobs;
    QString m_program;
    QString m_verb;
    std::shared_ptr<void> m_hold;  ///< from the question to the answer
    QProcess* m_process = nullptr;
};

}  // namespace moebel
