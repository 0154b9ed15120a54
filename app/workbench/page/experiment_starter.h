// From a description to a run: checks, saves, starts or queues it, and says what became of it.
#pragma once

#include <QObject>
#include <QSet>
#include <functional>

#include "app/workbench/control/plan_dry_run.h"
#include "app/workbench/page/page_context.h"

namespace moebel
{

class ExperimentDocument;

class ExperimentStarter : public QObject
{
    Q_OBJECT

public:
    ExperimentStarter(PageContext& context, ExperimentDocument& document, QObject* parent = nullptr);

    /// Saves, then starts a worker and goes to the Live page.
    void start();
    /// 20 steps a stage, in dry-runs/ beside runs/.
    void startDryRun();
    /// Puts the description as it stands behind what waits already.
    void queue();
    /// The line that start() amounts to, on the clipboard.
    void copyCommand();

Q_SIGNALS:
    /// The description has problems: the first one is to be shown.
    void problemsInTheWay();
    /// There is no file yet; `then` is to be called once there is one.
    void fileWanted(const std::function<void()>& then);
    /// What is going on, in one line; empty = nothing.
    void stateChanged(const QString& sentence);
    /// The dry run has ended well.
    void measured(const moebel::RunSpeed& speed);

private:
    bool isValid();
    void launch(bool dry);
    void launchNow(bool dry);
    void onStarted(quint64 launch, const QString& folder);
    void onFailed(quint64 launch, const QString& sentence);

    PageContext& m_context;
    ExperimentDocument& m_document;
    std::function<void()> m_afterSaving;
    QSet<quint64> m_runs;
    QSet<quint64> m_dryRuns;
    PlanDryRun m_dryRun;
};

}  // namespace moebel
