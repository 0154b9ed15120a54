// Asks `moebel` something about an experiment and takes the newest answer; a question that is outdated is withdrawn.
#pragma once

#include <QJsonObject>
#include <QObject>
#include <QString>
#include <QTemporaryFile>
#include <QTimer>
#include <memory>

#include "app/workbench/control/jobs.h"
#include "app/workbench/control/moebel_call.h"
#include "moebel/experiment/experiment.h"

namespace moebel
{

/// A description with every relative path made absolute, so that a copy elsewhere means the same.
Experiment withAbsolutePaths(Experiment experiment, const QString& folder);

class PlanQuery : public QObject
{
    Q_OBJECT

public:
    /// `verb`: one that takes an experiment file and --json: "plan", "text".
    PlanQuery(Jobs& jobs, const QString& program, const QString& verb, QObject* parent = nullptr);

    /// Asks in a moment unless the same was asked last; whatever is under way is stopped.
    void ask(const QString& toml);
    /// Nothing is to be known any more.
    void withdraw();
    bool busy() const { return m_timer.isActive() || m_call.busy(); }

Q_SIGNALS:
    void answered(const QJsonObject& answer);
    /// One sentence: why there is no answer.
    void failed(const QString& sentence);

private:
    void start();

    Jobs& m_jobs;
    std::shared_ptr<void> m_hold;  ///< from the question to the answer
    MoebelCall m_call;
    QString m_verb;
    QString m_toml;
    QTimer m_timer;
    std::unique_ptr<QTemporaryFile> m_file;
};

}  // namespace moebel
