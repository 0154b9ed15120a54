#include "app/workbench/page/run_table_view.h"

#include <QApplication>
#include <QHeaderView>
#include <QMenu>
#include <algorithm>

#include "app/workbench/control/run_cells.h"
#include "app/workbench/page/run_delegates.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/header_style.h"
#include "widgets/support/table_text.h"

namespace moebel
{

namespace
{

constexpr int kWidest = 320;
const QString kColumns = QStringLiteral("columns"), kCount = QStringLiteral("count");

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
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 14);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    QHeaderView* header = horizontalHeader();
    header->setResizeContentsPrecision(60);
    header->setStretchLastSection(true);
    header->setSectionsMovable(true);
    header->setMinimumSectionSize(34);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    applyHeaderStyle(*header, 11);
    setItemDelegate(new CellDelegate(this));
    setItemDelegateForColumn(RunListModel::Star, new StarDelegate(this));
    setItemDelegateForColumn(RunListModel::State, new StateDelegate(this));
    setItemDelegateForColumn(RunListModel::Progress, new ProgressDelegate(this));
    setItemDelegateForColumn(RunListModel::Loss, new SparklineDelegate(this));
    connect(header, &QHeaderView::customContextMenuRequested, this, &RunTableView::showColumnMenu);
    connect(header, &QHeaderView::sectionResized, this, [this] {
        if (QApplication::mouseButtons() != Qt::NoButton) m_userColumns = true;
    });
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
    setColumnWidth(RunListModel::Star, 38);
    setColumnWidth(RunListModel::Loss, 140);
    m_standard = horizontalHeader()->saveState();
}

QStringList RunTableView::chosenRuns() const
{
    QStringList ids;
    for (const QModelIndex& index : selectionModel()->selectedRows()) ids << index.data(RunListModel::IdRole).toString();
    const QString current = currentIndex().data(RunListModel::IdRole).toString();
    if (const qsizetype at = ids.indexOf(current); at > 0) ids.move(at, 0);
    return ids;
}

QJsonObject RunTableView::layoutOfColumns() const
{
    return {{kColumns, QString::fromLatin1(horizontalHeader()->saveState().toBase64())},
            {kCount, int(RunListModel::ColumnCount)}};
}

void RunTableView::restoreColumns(const QJsonObject& layout)
{
    const QByteArray columns = QByteArray::fromBase64(layout.value(kColumns).toString().toLatin1());
    const bool fits = layout.value(kCount).toInt() == RunListModel::ColumnCount && horizontalHeader()->restoreState(columns);
    m_userColumns = fits;
    if (!fits) horizontalHeader()->restoreState(m_standard);
    sortByColumn(horizontalHeader()->sortIndicatorSection(), horizontalHeader()->sortIndicatorOrder());
    if (!fits) fitColumns();
}

void RunTableView::fitColumns()
{
    if (m_userColumns) return;
    for (int column : {RunListModel::State, RunListModel::Title, RunListModel::Method, RunListModel::Progress,
                       RunListModel::OriginalBits, RunListModel::ExpandedBits, RunListModel::Restored, RunListModel::Kept,
                       RunListModel::Tags, RunListModel::Created, RunListModel::Notes}) {
        resizeColumnToContents(column);
        setColumnWidth(column, std::min(columnWidth(column), kWidest));
    }
}

void RunTableView::showColumnMenu(const QPoint& where)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (int column = 0; column < RunListModel::ColumnCount; ++column) {
        const QString title = column == RunListModel::Star ? tr("Star") : runColumnTitle(column);
        QAction* action = menu->addAction(title);
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(column));
        action->setEnabled(column != RunListModel::Title);
        connect(action, &QAction::toggled, this, [this, column](bool shown) {
            setColumnHidden(column, !shown);
            if (shown && columnWidth(column) < 40) resizeColumnToContents(column);
            m_userColumns = true;
        });
    }
    menu->addSeparator();
    connect(menu->addAction(tr("Columns as at the beginning")), &QAction::triggered, this, [this] { restoreColumns({}); });
    menu->popup(horizontalHeader()->mapToGlobal(where));
}

}  // namespace moebel
