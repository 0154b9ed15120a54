// What stands on the Live page, and where.
#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
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
    m_formula->hide();
    m_logarithmic->setObjectName(QStringLiteral("logarithmic"));
    auto* choices = new QHBoxLayout;
    choices->setSpacing(10);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_span, m_axis, m_smoothing, m_logarithmic, m_formula})
        choices->addWidget(widget);
    choices->addStretch(1);
    choices->addWidget(exportButton([this] { return &m_plot->exportMenu(); }, this));
    auto* sides = new QSplitter(Qt::Horizontal);
    sides->setObjectName(QStringLiteral("curves"));
    sides->addWidget(m_plot);
    sides->addWidget(m_legend);
    sides->setStretchFactor(0, 1);
    sides->setChildrenCollapsible(false);
    sides->setSizes({900, 260});
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

QWidget* LivePage::buildBody()
{
    auto* table = new QTableView;
    table->setObjectName(QStringLiteral("curveTable"));
    table->setAccessibleName(tr("The curves as a table"));
    table->setModel(m_table);
    applyHeaderStyle(*table->horizontalHeader());
    table->verticalHeader()->hide();
    setRowAir(*table, 6);
    table->setFrameShape(QFrame::NoFrame);
    table->setAlternatingRowColors(true);
    table->horizontalHeader()->setResizeContentsPrecision(kMeasuredRows);
    (new TableColumns(*table, *table->horizontalHeader()))->followContents();
    auto* exports = new ExportMenu(*table, tableExports(*table, QStringLiteral("curves")));
    exports->attach();
    connectExports(*exports, [this] { return showCommand(); });
    connectExports(m_plot->exportMenu(), [this] { return showCommand(); });
    connect(&m_routing->views(), &RoutingViews::told, m_header, &LiveHeader::tell);
    connect(m_plot, &SeriesPlot::crosshairMoved, table, [this, table](std::optional<std::int64_t> step) {
        if (step && table->isVisible()) table->selectRow(m_table->rowOfStep(*step));
    });
    auto* tabs = new QTabWidget;
    tabs->setObjectName(QStringLiteral("details"));
    tabs->setDocumentMode(true);
    addNamedTab(*tabs, m_console, tr("Console"), QStringLiteral("console"));
    addNamedTab(*tabs, m_events, tr("Events"), QStringLiteral("events"));
    addNamedTab(*tabs, table, tr("Table"), QStringLiteral("table"));
    connect(tabs, &QTabWidget::currentChanged, this, [this, table] {
        if (!table->isVisible()) return;
        m_table->dataChanged();
        if (m_plot->crosshair()) table->selectRow(m_table->rowOfStep(*m_plot->crosshair()));
    });
    connect(&m_feed, &RunFeed::advanced, table, [this, table] {
        if (table->isVisible()) m_table->dataChanged();
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
