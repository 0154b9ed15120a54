// Curves of the compared runs: a metric, a language, and what stands on the x axis.
#pragma once

#include <QWidget>

#include "app/workbench/control/compared_run.h"
#include "app/workbench/control/jobs.h"
#include "widgets/plot/series_values.h"

class QComboBox;

namespace moebel
{

class ExportMenu;
class SeriesLegend;
class SeriesPlot;

/// One curve a run: of the means of the roles where the language is empty and the metric has languages, else of the language.
/// Any thread.
QList<PlotRow> comparedCurves(const std::vector<ComparedRun>& runs, const std::string& metric, const std::string& language,
                              RunAxis axis);

class CompareCurves : public QWidget
{
    Q_OBJECT

public:
    explicit CompareCurves(Jobs& jobs, QWidget* parent = nullptr);

    /// The metric that the runs are to be read with.
    std::string metric() const;
    void setRuns(std::vector<ComparedRun> runs);
    /// Where the metric has it.
    void chooseLanguage(const QString& code);
    /// The step that was chosen anywhere; -1: none. Other axes than steps do not show it.
    void chooseStep(std::int64_t step);
    ExportMenu& exportMenu() const;

Q_SIGNALS:
    void languageChosen(const QString& code);
    void stepChosen(std::int64_t step);

private:
    void build();
    void fillMetrics();
    void fillLanguages();
    void readMetric();
    void makeCurves();
    void showCurves(const QList<PlotRow>& rows, RunAxis axis);
    RunAxis axis() const;
    QString command() const;

    Jobs& m_jobs;
    quint64 m_request = 0, m_making = 0;
    std::int64_t m_step = -1;  ///< that was chosen
    std::shared_ptr<const std::vector<ComparedRun>> m_runs = std::make_shared<const std::vector<ComparedRun>>();
    QComboBox* m_metric;
    QComboBox* m_language;
    QComboBox* m_axis;
    SeriesPlot* m_plot;
    SeriesLegend* m_legend;
};

}  // namespace moebel
