// The run that an experiment goes on from: chosen from the finished ones, with what it knows and what is wrong with it.
#pragma once

#include <QWidget>

#include "app/workbench/control/jobs.h"
#include "app/workbench/control/selection.h"
#include "moebel/experiment/experiment.h"

class QComboBox;
class QLabel;

namespace moebel
{

class ExperimentDocument;

/// What a description with base.kind = "run" means, read from the disk.
struct BaseRunFacts {
    QString problem;                  ///< one sentence; empty: it can begin
    QString title;                    ///< of the base run
    std::vector<Language> languages;  ///< that it knows
    bool operator==(const BaseRunFacts&) const = default;
};
/// `folder`: of the experiment. Any thread.
BaseRunFacts readBaseRun(const Experiment& experiment, const QString& folder);
/// Which languages are new in this round and which the base knows already, in one sentence.
QString roundText(const Experiment& experiment, const BaseRunFacts& base);

/// Seen while the base is a run. Choosing one sets base.path and gives its languages their roles, as one command.
class FormBaseRun : public QWidget
{
    Q_OBJECT

public:
    FormBaseRun(ExperimentDocument& document, Selection& selection, Jobs& jobs, QWidget* parent = nullptr);

private:
    void fillRuns();
    void take(int index);
    void read();
    void show(const BaseRunFacts& facts);

    ExperimentDocument& m_document;
    Selection& m_selection;
    Jobs& m_jobs;
    QComboBox* m_runs;
    QLabel* m_facts;
    QLabel* m_problem;
    quint64 m_request = 0;
};

}  // namespace moebel
