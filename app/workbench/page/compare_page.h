// Runs beside a baseline: scores, differences of the descriptions, curves, what expert 0 gets, how the routing differs.
#pragma once

#include <QWidget>
#include <vector>

#include "app/workbench/control/compared_run.h"
#include "app/workbench/page/page_context.h"
#include "app/workbench/page/when_seen.h"

class QCheckBox;
class QLabel;
class QStackedWidget;
class QTabWidget;

namespace moebel
{

class CompareCurves;
class CompareRouting;
class CompareRuns;
class ComparisonView;
class EmptyState;
class ExportMenu;

class ComparePage : public QWidget
{
    Q_OBJECT

public:
    explicit ComparePage(PageContext& context, QWidget* parent = nullptr);

    /// What is compared, the baseline first; empty until it was read.
    const std::vector<ComparedRun>& runs() const { return m_runs; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* buildTables();
    void addActions(PageContext& context);
    void showProject();
    void chooseFirst();
    void read();
    std::vector<RunSummary> chosen() const;
    void take(std::vector<ComparedRun> runs);
    void showDescription();
    void followFocus();
    QString command() const;
    ExportMenu* currentExports() const;

    Selection& m_selection;
    Jobs& m_jobs;
    Navigator& m_navigator;
    std::vector<ComparedRun> m_runs;
    std::vector<RunSummary> m_readRuns;  ///< what they were when they were read
    WhenSeen* m_showing;                 ///< showProject(): a hidden page reads nothing
    quint64 m_request = 0;
    bool m_chosen = false;  ///< by the user or by the page, since the project was opened

    CompareRuns* m_list;
    std::string m_followed;  ///< language of the focus that was followed last
    QStackedWidget* m_stack;
    EmptyState* m_empty;
    QTabWidget* m_tabs;
    ComparisonView* m_scores;
    ComparisonView* m_description;
    ComparisonView* m_expertZero;
    QCheckBox* m_differencesOnly;
    CompareCurves* m_curves;
    CompareRouting* m_routing;
};

}  // namespace moebel
