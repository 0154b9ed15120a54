// A run while it works: curves by language, the routing map, the console, and what can be asked of it.
#pragma once

#include <QWidget>
#include <functional>
#include <optional>

#include "app/workbench/control/log_tail.h"
#include "app/workbench/control/run_feed.h"
#include "app/workbench/page/live_rows.h"
#include "app/workbench/page/page_context.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QSplitter;
class QStackedWidget;
class QTableView;

namespace moebel
{

class ConsoleView;
class EmptyState;
class ExportMenu;
class LiveHeader;
class LiveRouting;
class SeriesLegend;
class SeriesPlot;
class SeriesTableModel;

class LivePage : public QWidget
{
    Q_OBJECT

public:
    explicit LivePage(PageContext& context, QWidget* parent = nullptr);

    const RunFeed& feed() const { return m_feed; }

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    QWidget* buildBody();
    void buildTable();
    QWidget* buildCurves();
    void connectAll();
    void followFocus();
    void showRun();
    void showStructure();
    void showProgress();
    void showCurves();
    void showTable();
    void offerSpans();
    void showScale();
    void showEvents();
    void showLine();
    QString showCommand() const;
    void connectExports(ExportMenu& exports, const std::function<QString()>& command);

    Selection& m_selection;
    RunControls& m_controls;
    RunFeed m_feed;
    LogTail m_log;
    LiveHeader* m_header;
    QStackedWidget* m_stack;
    EmptyState* m_empty;
    SeriesPlot* m_plot;
    SeriesLegend* m_legend;
    SeriesTableModel* m_table;
    QTableView* m_cells;
    bool m_tableIsOld = true;  ///< nobody has looked at it since there are other rows
    QComboBox* m_axis;
    QComboBox* m_span;
    QComboBox* m_smoothing;
    QLabel* m_formula;
    QCheckBox* m_logarithmic;
    LiveRouting* m_routing;
    ConsoleView* m_console;
    ConsoleView* m_events;
    QList<RunSpan> m_spans;  ///< that are offered, behind the whole run
    std::size_t m_shownEvents = 0;
    std::string m_run;  ///< id of the run that is followed
    /// When the line of the header was told: it goes when something else has happened.
    struct Told {
        RunStatus status;
        double time = 0;  ///< unix seconds
    };
    std::optional<Told> m_told;
};

}  // namespace moebel
