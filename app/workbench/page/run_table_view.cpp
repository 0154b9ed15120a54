#include "app/workbench/page/run_table_view.h"

#include <QApplication>
#include <QHeaderView>

#include "app/workbench/control/run_cells.h"
#include "app/workbench/page/run_delegates.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/header_style.h"
#include "widgets/support/table_text.h"
#include "widgets/table/table_columns.h"

namespace moebel
{

namespace
{

constexpr int kStarWidth = 38, kNarrowestTitle = 160;

}  // namespace

RunTableView::RunTableView(QWidget* parent)
    : QTableView(parent), m_exports(new ExportMenu(*this, tableExports(*this, QStringLiteral("runs"))))
{
    setObjectName(QStringLiteral("runsTable"));
    setAccessibleName(tr("Runs"));
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(DoubleClicked | EditKeyPressed);
    setAlternatingRowColors(true);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setHorizontalScrollMode(ScrollPerPixel);
    setContextMenuPolicy(Qt::CustomContextMenu);
    verticalHeader()->hide();
    setRowAir(*this, 14);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    QHeaderView* header = horizontalHeader();
    header->setResizeContentsPrecision(60);
    header->setStretchLastSection(true);
    header->setMinimumSectionSize(34);
    applyHeaderStyle(*header, 11);
    setItemDelegate(new CellDelegate(this));
    setItemDelegateForColumn(RunListModel::Star, new StarDelegate(this));
    setItemDelegateForColumn(RunListModel::State, new StateDelegate(this));
    setItemDelegateForColumn(RunListModel::Progress, new ProgressDelegate(this));
    setItemDelegateForColumn(RunListModel::Loss, new SparklineDelegate(this));
    connect(this, &QTableView::activated, this, &RunTableView::opened);
    connect(this, &QTableView::clicked, this, [this](const QModelIndex& index) {
        if (index.column() != RunListModel::Star || QApplication::keyboardModifiers() != Qt::NoModifier) return;
        m_model->setData(index, !m_model->starred(index.row()));
    });
}

void RunTableView::setRunModel(RunListModel* model)
{
    m_model = model;
    setModel(model);
    setSortingEnabled(true);
    sortByColumn(RunListModel::Created, Qt::DescendingOrder);
    setColumnHidden(RunListModel::Languages, true);
    horizontalHeader()->setSectionResizeMode(RunListModel::Star, QHeaderView::Fixed);
    horizontalHeader()->resizeSection(RunListModel::Star, kStarWidth);
    m_columns = new TableColumns(*this, *horizontalHeader(), RunListModel::Title);
    m_columns->letGiveWay(RunListModel::Title, kNarrowestTitle);
}

QStringList RunTableView::chosenRuns() const
{
    QStringList ids;
    for (const QModelIndex& index : selectionModel()->selectedRows()) ids << index.data(RunListModel::IdRole).toString();
    const QString current = currentIndex().data(RunListModel::IdRole).toString();
    if (const qsizetype at = ids.indexOf(current); at > 0) ids.move(at, 0);
    return ids;
}

void RunTableView::fitColumns() { m_columns->fit(); }

}  // namespace moebel
