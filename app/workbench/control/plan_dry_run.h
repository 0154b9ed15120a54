// Waits for a dry run and reads how fast it was.
#pragma once

#include <QObject>
#include <QTimer>
#include <vector>

#include "app/workbench/control/jobs.h"
#include "moebel/store/run_folder.h"

namespace moebel
{

/// Tokens a second that a run reached; 0 = not measured.
struct RunSpeed {
    double base = 0;             ///< pretraining; 0 also when the base came from the cache
    std::vector<double> stages;  ///< in the order of the experiment
    QString problem;             ///< why there is nothing to read: one sentence

    bool operator==(const RunSpeed&) const = default;
};
/// The median of the later half of each stage: the first steps pay for what is done once. May run on any thread.
RunSpeed readSpeed(const RunFolder& run);

class PlanDryRun : public QObject
{
    Q_OBJECT

public:
    explicit PlanDryRun(Jobs& jobs, QObject* parent = nullptr);

    /// Looks once a second until the run has ended; one at a time, the newest counts.
    void watch(const QString& folder);

Q_SIGNALS:
    void finished(const moebel::RunSpeed& speed);

private:
    void look();

    Jobs& m_jobs;
    QTimer m_timer;
    QString m_folder;
};

}  // namespace moebel
