// What stands on the Live page, and where.
#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QScrollArea>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/workbench/control/record_command.h"
#include "app/workbench/page/live_header.h"
#include "app/workbench/page/live_page.h"
#include "app/workbench/page/live_routing.h"
#include "app/workbench/page/routing_views.h"
#include "widgets/plot/series_legend.h"
#include "widgets/plot/series_plot.h"
#include "widgets/plot/series_table_model.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/header_style.h"
#include "widgets/support/named_tabs.h"
#include "widgets/support/table_text.h"
#include "widgets/table/table_columns.h"
#include "widgets/text/console_view.h"

namespace moebel
{

namespace
{

constexpr int kMeasuredRows = 30;  // beside the visible ones, for the width of a column
constexpr double kSmoothings[] = {0, 0.6, 0.9, 0.97};

}  // namespace

QWidget* LivePage::buildCurves()
{
    m_axis->setObjectName(QStringLiteral("axis"));
    m_axis->setAccessibleName(tr("Horizontal axis"));
    m_axis->addItem(tr("Over steps"));
    m_axis->addItem(tr("Over tokens"));
    m_span->setObjectName(QStringLiteral("span"));
    m_span->setAccessibleName(tr("Part of the run"));
    m_span->addItem(tr("Whole run"));
    m_span->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_span->hide();
    m_smoothing->setObjectName(QStringLiteral("smoothing"));
    m_smoothing->setAccessibleName(tr("Smoothing"));
    for (double weight : kSmoothings)
        m_smoothing->addItem(weight > 0 ? tr("Smoothed, w = %1").arg(QLocale().toString(weight)) : tr("Not smoothed"), weight);
    m_formula->setForegroundRole(QPalette::PlaceholderText);
    m_formula->setText(tr("s = w\u00B7s + (1\u2212w)\u00B7v, divided by 1\u2212w\u207F; the values beneath"));
    m_formula->setObjectName(QStringLiteral("formula"));
    m_formula->hide();
    m_logarithmic->setObjectName(QStringLiteral("logarithmic"));
    auto* choices = new QHBoxLayout;
    choices->setSpacing(10);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_span, m_axis, m_smoothing, m_logarithmic, m_formula})
        choices->addWidget(widget);
    choices->addStretch(1);
    choices->addWidget(exportButton([this] { return &m_plot->exportMenu(); }, this));
    auto* rows = new QScrollArea;  // in large text they need more room than there is
    rows->setObjectName(QStringLiteral("rows"));
    rows->setFrameShape(QFrame::NoFrame);
    rows->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    rows->setWidgetResizable(true);
    rows->setWidget(m_plot);
    auto* sides = new QSplitter(Qt::Horizontal);
    sides->setObjectName(QStringLiteral("curves"));
    sides->addWidget(rows);
    sides->addWidget(m_legend);
    sides->setStretchFactor(0, 1);
    sides->setChildrenCollapsible(false);
    sides->setSizes({900, m_legend->sizeHint().width()});
    auto* curves = new QWidget;
    auto* layout = new QVBoxLayout(curves);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(choices);
    layout->addWidget(sides, 1);
    return curves;
}

QString LivePage::showCommand() const { return seriesCommand(m_feed.run(), m_plot->seriesShown()); }

void LivePage::connectExports(ExportMenu& exports, const std::function<QString()>& command)
{
    exports.setCommand(command);
    connect(&exports, &ExportMenu::told, m_header, &LiveHeader::tell);
}

void LivePage::buildTable()
{
    m_cells->setObjectName(QStringLiteral("curveTable"));
    m_cells->setAccessibleName(tr("The curves as a table"));
    m_cells->setModel(m_table);
    applyHeaderStyle(*m_cells->horizontalHeader());
    m_cells->verticalHeader()->hide();
    setRowAir(*m_cells, 6);
    m_cells->setFrameShape(QFrame::NoFrame);
    m_cells->setAlternatingRowColors(true);
    m_cells->horizontalHeader()->setResizeContentsPrecision(kMeasuredRows);
    (new TableColumns(*m_cells, *m_cells->horizontalHeader()))->followContents();
    auto* exports = new ExportMenu(*m_cells, tableExports(*m_cells, QStringLiteral("curves")));
    exports->attach();
    connectExports(*exports, [this] { return showCommand(); });
    const auto choose = [this](std::optional<std::int64_t> step) {
        if (step && m_cells->isVisible()) m_cells->selectRow(m_table->rowOfStep(*step));
    };
    connect(m_plot, &SeriesPlot::crosshairMoved, m_cells, choose);
    connect(&m_feed, &RunFeed::advanced, m_cells, [this] { showTable(); });
}

QWidget* LivePage::buildBody()
{
    buildTable();
    connectExports(m_plot->exportMenu(), [this] { return showCommand(); });
    connect(&m_routing->views(), &RoutingViews::told, m_header, &LiveHeader::tell);
    auto* tabs = new QTabWidget;
    tabs->setObjectName(QStringLiteral("details"));
    tabs->setDocumentMode(true);
    addNamedTab(*tabs, m_console, tr("Console"), QStringLiteral("console"));
    addNamedTab(*tabs, m_events, tr("Events"), QStringLiteral("events"));
    addNamedTab(*tabs, m_cells, tr("Table"), QStringLiteral("table"));
    connect(tabs, &QTabWidget::currentChanged, this, [this] {
        if (!m_cells->isVisible()) return;
        showTable();
        if (m_plot->crosshair()) m_cells->selectRow(m_table->rowOfStep(*m_plot->crosshair()));
    });
    auto* lower = new QSplitter(Qt::Horizontal);
    lower->setObjectName(QStringLiteral("lower"));
    lower->addWidget(m_routing);
    lower->addWidget(tabs);
    lower->setChildrenCollapsible(false);
    lower->setSizes({520, 640});
    auto* body = new QSplitter(Qt::Vertical);
    body->setObjectName(QStringLiteral("body"));
    body->addWidget(buildCurves());
    body->addWidget(lower);
    body->setChildrenCollapsible(false);
    body->setSizes({470, 215});
    body->setStretchFactor(0, 3);
    body->setStretchFactor(1, 2);
    return body;
}

}  // namespace moebel
