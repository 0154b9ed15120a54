#include "app/workbench/control/run_list_model.h"

#include <QLocale>
#include <QSet>
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "app/workbench/control/run_cells.h"
#include "app/workbench/control/run_notes.h"
#include "app/workbench/control/run_sparklines.h"
#include "widgets/support/table_text.h"

namespace moebel
{

namespace
{

// More changes than these are one reset: faster than telling each of them.
constexpr std::size_t kMostSingleChanges = 50;

}  // namespace

RunListModel::RunListModel(QObject* parent) : QAbstractTableModel(parent) {}

void RunListModel::setNotesEditor(RunNotesEditor* editor)
{
    m_notes = editor;
    connect(editor, &RunNotesEditor::changed, this, &RunListModel::rowChanged);
}

void RunListModel::setSparklines(RunSparklines* sparklines)
{
    m_sparklines = sparklines;
    connect(sparklines, &RunSparklines::ready, this, &RunListModel::rowChanged);
}

const RunNotes& RunListModel::notes(const RunSummary& run) const { return m_notes ? m_notes->notes(run) : run.notes; }

void RunListModel::setRuns(std::vector<RunSummary> runs)
{
    auto project = std::make_shared<ProjectContents>();
    project->runs = std::move(runs);
    setProject(std::move(project));
}

void RunListModel::setProject(std::shared_ptr<const ProjectContents> project)
{
    if (project != m_project) show(std::move(project));
}

void RunListModel::setFilter(const RunFilter& filter)
{
    if (filter == m_filter) return;
    m_filter = filter;
    show(m_project);
}

void RunListModel::sort(int column, Qt::SortOrder order)
{
    m_sortColumn = column;
    m_sortOrder = order;
    show(m_project);
}

std::vector<std::size_t> RunListModel::wantedRows(const ProjectContents& project) const
{
    const std::vector<RunSummary>& runs = project.runs;
    std::vector<std::size_t> rows;
    rows.reserve(runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i)
        if (m_filter.terms.empty() || matches(m_filter, runs[i], runKeys(runs[i], stateText(runs[i].status))))
            rows.push_back(i);
    const bool descending = m_sortOrder == Qt::DescendingOrder;
    const bool asRead = m_sortColumn == Created && descending;  // the store's own order
    if (!asRead && m_sortColumn >= 0)
        std::stable_sort(rows.begin(), rows.end(),
                         [&](std::size_t a, std::size_t b) { return runBefore(runs[a], runs[b], m_sortColumn, descending); });
    return rows;
}

void RunListModel::show(std::shared_ptr<const ProjectContents> project)
{
    const std::vector<std::size_t> wanted = wantedRows(*project);
    std::unordered_map<std::string_view, std::size_t> at;  // id -> run of the new project, of the wanted ones
    at.reserve(wanted.size());
    for (std::size_t i : wanted) at.emplace(project->runs[i].id, i);
    std::vector<bool> stays(m_shown.size());
    for (std::size_t row = 0; row < m_shown.size(); ++row) stays[row] = at.count(run(int(row)).id) > 0;
    const auto staying = std::size_t(std::count(stays.begin(), stays.end(), true));
    if (m_shown.size() + wanted.size() - 2 * staying > kMostSingleChanges) {
        beginResetModel();
        m_project = std::move(project);
        m_shown = wanted;
        endResetModel();
        return;
    }
    removeAllBut(stays);
    std::vector<std::size_t> rows;  // what stays, in the old order, as runs of the new project
    QSet<QString> changed;
    for (std::size_t row = 0; row < m_shown.size(); ++row) {
        rows.push_back(at.at(run(int(row)).id));
        if (!sameRow(run(int(row)), project->runs[rows.back()])) changed.insert(QString::fromStdString(run(int(row)).id));
    }
    m_project = std::move(project);
    m_shown = std::move(rows);
    reorder(wanted);
    insertUpTo(wanted);
    for (const QString& id : changed) rowChanged(id);
}

void RunListModel::removeAllBut(const std::vector<bool>& stays)
{
    for (std::size_t row = stays.size(); row-- > 0;) {
        if (stays[row]) continue;
        beginRemoveRows({}, int(row), int(row));
        m_shown.erase(m_shown.begin() + std::ptrdiff_t(row));
        endRemoveRows();
    }
}

// Brings the rows that are there into the order they have in `rows`, which may hold more.
void RunListModel::reorder(std::vector<std::size_t> rows)
{
    std::vector<int> rowBefore(m_project->runs.size(), -1), rowAfter(m_project->runs.size(), -1);
    for (std::size_t row = 0; row < m_shown.size(); ++row) rowBefore[m_shown[row]] = int(row);
    std::erase_if(rows, [&](std::size_t i) { return rowBefore[i] < 0; });
    if (rows == m_shown) return;
    for (std::size_t row = 0; row < rows.size(); ++row) rowAfter[rows[row]] = int(row);
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const QModelIndexList from = persistentIndexList();
    QModelIndexList to;
    to.reserve(from.size());
    for (const QModelIndex& old : from) to << index(rowAfter[m_shown[std::size_t(old.row())]], old.column());
    m_shown = std::move(rows);
    changePersistentIndexList(from, to);
    Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

void RunListModel::insertUpTo(const std::vector<std::size_t>& wanted)
{
    for (std::size_t row = 0; row < wanted.size(); ++row) {
        if (row < m_shown.size() && m_shown[row] == wanted[row]) continue;
        beginInsertRows({}, int(row), int(row));
        m_shown.insert(m_shown.begin() + std::ptrdiff_t(row), wanted[row]);
        endInsertRows();
    }
}

void RunListModel::rowChanged(const QString& id)
{
    const int row = rowOf(id.toStdString());
    if (row >= 0) Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
}

int RunListModel::rowOf(const std::string& id) const
{
    const auto found = std::find_if(m_shown.begin(), m_shown.end(), [&](std::size_t i) { return m_project->runs[i].id == id; });
    return found == m_shown.end() ? -1 : int(found - m_shown.begin());
}

int RunListModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_shown.size()); }

int RunListModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(ColumnCount); }

QVariant RunListModel::pointsOf(const RunSummary& run) const
{
    const Sparkline* line = m_sparklines ? m_sparklines->of(run) : nullptr;
    return line ? QVariant::fromValue(line->points) : QVariant();
}

QVariant RunListModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const RunSummary& shown = run(index.row());
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole:
            return runCellText(shown, notes(shown), column);
        case Qt::EditRole:
            return column == Notes ? QVariant(QString::fromStdString(notes(shown).notes))
                                   : QVariant(runCellText(shown, notes(shown), column));
        case Qt::AccessibleTextRole:
            if (column == Star) return notes(shown).starred ? tr("starred") : tr("not starred");
            return {};
        case Qt::TextAlignmentRole:
            return QVariant((isNumberColumn(column) ? Qt::AlignRight
                             : column == Star       ? Qt::AlignHCenter
                                                    : Qt::AlignLeft) |
                            Qt::AlignVCenter);
        case Qt::ToolTipRole:
            return runCellTip(shown, notes(shown), column);
        case ShareRole:
            if (column == Star) return notes(shown).starred;
            return column == Progress ? QVariant(doneShare(shown.status)) : QVariant();
        case PointsRole:
            return column == Loss ? pointsOf(shown) : QVariant();
        case IdRole:
            return QString::fromStdString(shown.id);
        case StateRole:
            return int(shown.status.ending ? RunState::Stopped : shown.status.state);
        case StoredRole:
            return runCellStored(shown, notes(shown), column);
        default:
            return {};
    }
}

bool RunListModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (!m_notes || !flags(index).testFlag(Qt::ItemIsEditable) || role != Qt::EditRole) return false;
    const RunSummary& changed = run(index.row());
    RunNotes notes = m_notes->notes(changed);
    const QString name = QStringLiteral("\u2068%1\u2069").arg(runCellText(changed, notes, Title));
    switch (index.column()) {
        case Star:
            notes.starred = value.toBool();
            m_notes->change(changed, notes, notes.starred ? tr("Star %1").arg(name) : tr("Take the star from %1").arg(name));
            return true;
        case Tags:
            notes.tags = tagsOf(value.toString());
            m_notes->change(changed, notes, tr("Tags of %1").arg(name));
            return true;
        default:
            notes.notes = value.toString().toStdString();
            m_notes->change(changed, notes, tr("Notes of %1").arg(name));
            return true;
    }
}

Qt::ItemFlags RunListModel::flags(const QModelIndex& index) const
{
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    const bool written = index.isValid() && (index.column() == Star || index.column() == Tags || index.column() == Notes);
    return m_notes && written ? flags | Qt::ItemIsEditable : flags;
}

QVariant RunListModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) return QAbstractTableModel::headerData(section, orientation, role);
    switch (role) {
        case Qt::DisplayRole:
            return runColumnTitle(section);
        case Qt::ToolTipRole:
            return runColumnTip(section);
        case Qt::TextAlignmentRole:
            return QVariant((isNumberColumn(section) ? Qt::AlignRight
                             : section == Star       ? Qt::AlignHCenter
                                                     : Qt::AlignLeft) |
                            Qt::AlignVCenter);
        default:
            return {};
    }
}

}  // namespace moebel
