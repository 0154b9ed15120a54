#include "app/workbench/window/run_navigator.h"

#include <QHeaderView>
#include <QLineEdit>
#include <QTableView>
#include <QVBoxLayout>

#include "app/workbench/control/shell_line.h"
#include "app/workbench/page/run_delegates.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/header_style.h"
#include "widgets/support/table_text.h"

namespace moebel
{

RunNavigator::RunNavigator(Selection& selection, QWidget* parent)
    : QWidget(parent),
      m_selection(selection),
      m_model(new RunListModel(this)),
      m_filter(new QLineEdit(this)),
      m_list(new QTableView(this)),
      m_exports(new ExportMenu(*m_list, tableExports(*m_list, QStringLiteral("runs"))))
{
    setObjectName(QStringLiteral("runNavigator"));
    m_filter->setPlaceholderText(tr("Filter"));
    m_filter->setAccessibleName(tr("Filter the runs"));
    m_filter->setClearButtonEnabled(true);
    m_list->setAccessibleName(tr("Runs"));
    m_exports->attach();
    m_exports->setCommand([this] { return listCommand(m_selection.project().folder); });
    m_list->setModel(m_model);
    m_list->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_list->setSelectionMode(QAbstractItemView::SingleSelection);
    m_list->setShowGrid(false);
    m_list->setWordWrap(false);
    m_list->setTabKeyNavigation(false);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->verticalHeader()->hide();
    setRowAir(*m_list, 12);
    m_list->horizontalHeader()->hide();
    for (int column = 0; column < RunListModel::ColumnCount; ++column)
        m_list->setColumnHidden(column, column != RunListModel::State && column != RunListModel::Title);
    m_list->horizontalHeader()->moveSection(RunListModel::Title, RunListModel::State);
    m_list->horizontalHeader()->setSectionResizeMode(RunListModel::Title, QHeaderView::Stretch);
    m_list->horizontalHeader()->setSectionResizeMode(RunListModel::State, QHeaderView::ResizeToContents);
    m_list->setItemDelegate(new CellDelegate(m_list));
    m_list->setItemDelegateForColumn(RunListModel::State, new StateDelegate(m_list));
    connect(m_filter, &QLineEdit::textChanged, this,
            [this](const QString& text) { m_model->setFilter(parseRunFilter(text).filter); });
    connect(m_list->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& current) {
        if (current.isValid()) m_selection.chooseRun(m_model->run(current.row()).id);
    });
    connect(&m_selection, &Selection::projectChanged, this, &RunNavigator::showProject);
    connect(&m_selection, &Selection::runChanged, this, &RunNavigator::showChosen);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 0, 6);
    layout->setSpacing(6);
    layout->addWidget(m_filter);
    layout->addWidget(m_list, 1);
}

void RunNavigator::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    showProject();
}

// While it is hidden it costs nothing.
void RunNavigator::showProject()
{
    if (!isVisible()) return;
    m_model->setProject(m_selection.shared());
    showChosen();
}

void RunNavigator::showChosen()
{
    const RunSummary* run = m_selection.run();
    const int row = run && isVisible() ? m_model->rowOf(run->id) : -1;
    if (row >= 0 && m_list->currentIndex().row() != row) m_list->setCurrentIndex(m_model->index(row, RunListModel::Title));
}

}  // namespace moebel
