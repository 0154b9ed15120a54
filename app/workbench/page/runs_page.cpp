#include "app/workbench/page/runs_page.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

#include "app/workbench/page/run_delegates.h"

namespace moebel
{

RunsPage::RunsPage(PageContext& context, QWidget* parent)
    : QWidget(parent),
      m_selection(context.selection),
      m_model(new RunListModel(this)),
      m_sorted(new QSortFilterProxyModel(this)),
      m_title(new QLabel(this)),
      m_summary(new QLabel(this)),
      m_filter(new QLineEdit(this)),
      m_table(new QTableView(this)),
      m_empty(new QLabel(this))
{
    build();
    connect(&m_selection, &Selection::projectChanged, this, &RunsPage::showProject);
    connect(&m_selection, &Selection::runChanged, this, &RunsPage::showChosen);
    connect(m_filter, &QLineEdit::textChanged, m_sorted, &QSortFilterProxyModel::setFilterFixedString);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &RunsPage::choose);
    connect(m_table, &QTableView::activated, &context.navigator,
            [&navigator = context.navigator] { navigator.showPage(PageId::Routing); });
    showProject();
}

void RunsPage::build()
{
    setObjectName(QStringLiteral("runsPage"));
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setBold(true);
    m_title->setFont(large);
    m_title->setTextFormat(Qt::PlainText);
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    m_summary->setTextFormat(Qt::PlainText);
    m_filter->setPlaceholderText(tr("Filter"));
    m_filter->setAccessibleName(tr("Filter the runs"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setFixedWidth(240);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setTextFormat(Qt::PlainText);
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(RunListModel::SortRole);
    m_sorted->setFilterKeyColumn(-1);
    m_sorted->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_table->setObjectName(QStringLiteral("runsTable"));
    m_table->setAccessibleName(tr("Runs"));
    m_table->setModel(m_sorted);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(RunListModel::Created, Qt::DescendingOrder);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setAlternatingRowColors(true);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 14);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setStyleSheet(
        QStringLiteral("QHeaderView::section{background:palette(alternate-base);border:0;border-bottom:1px solid "
                       "palette(mid);padding:6px 11px}"));
    m_table->setItemDelegate(new CellDelegate(m_table));
    m_table->setItemDelegateForColumn(RunListModel::State, new StateDelegate(m_table));
    m_table->setItemDelegateForColumn(RunListModel::Progress, new ProgressDelegate(m_table));
    auto* head = new QHBoxLayout;
    head->addWidget(m_title);
    head->addStretch(1);
    head->addWidget(m_filter);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 16);
    layout->setSpacing(8);
    layout->addLayout(head);
    layout->addWidget(m_summary);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_empty, 1);
}

void RunsPage::showProject()
{
    const ProjectContents& project = m_selection.project();
    const int columns = int(m_model->columnCount());
    const bool first = m_model->rowCount() == 0;
    m_model->setRuns(project.runs);
    m_title->setText(project.title.isEmpty() ? tr("Runs") : project.title);
    m_summary->setText(project.folder.isEmpty() ? QString()
                                                : tr("Runs: %1 \u00b7 %2").arg(project.runs.size()).arg(project.folder));
    if (!project.problem.isEmpty())
        m_empty->setText(project.problem);
    else if (!m_selection.isOpen())
        m_empty->setText(tr("No project is open. Open a folder that holds experiment.toml or runs/."));
    else
        m_empty->setText(tr("There are no runs yet. Start one in a terminal: moebel run experiment.toml"));
    const bool any = m_model->rowCount() > 0;
    m_table->setVisible(any);
    setFocusProxy(any ? static_cast<QWidget*>(m_table) : m_empty);
    m_empty->setVisible(!any);
    if (!any || !first) return;
    for (int column = 0; column + 1 < columns; ++column) {
        m_table->resizeColumnToContents(column);
        m_table->setColumnWidth(column, std::min(m_table->columnWidth(column), 340));
    }
}

void RunsPage::showChosen()
{
    const RunSummary* run = m_selection.run();
    const int row = run ? m_model->rowOf(run->id) : -1;
    if (row < 0) return;
    const QModelIndex index = m_sorted->mapFromSource(m_model->index(row, 0));
    if (index.isValid() && !m_table->selectionModel()->isRowSelected(index.row())) m_table->selectRow(index.row());
}

void RunsPage::choose(const QModelIndex& current)
{
    const QModelIndex source = m_sorted->mapToSource(current);
    if (source.isValid()) m_selection.chooseRun(m_model->runs()[std::size_t(source.row())].id);
}

}  // namespace moebel
