#include "app/workbench/control/run_list_model.h"

#include <QColor>
#include <QDateTime>
#include <QLocale>
#include <algorithm>
#include <cmath>

namespace moebel {

namespace {

// Read on both themes; the word beside it says the same.
QColor stateColour(RunState state)
{
    switch (state) {
        case RunState::Running:
            return QColor(0x2b, 0x8a, 0xe0);
        case RunState::Finished:
            return QColor(0x1f, 0x9d, 0x78);
        case RunState::Failed:
        case RunState::Damaged:
            return QColor(0xd9, 0x4a, 0x2b);
        case RunState::Interrupted:
            return QColor(0xc9, 0x8a, 0x12);
        case RunState::Queued:
        case RunState::Paused:
        case RunState::Stopped:
            return QColor(0x82, 0x8c, 0x99);
    }
    return {};
}

double share(const RunStatus& status)
{
    return status.totalSteps > 0 ? std::clamp(double(status.step) / double(status.totalSteps), 0.0, 1.0) : 0.0;
}

QString bits(double value) { return std::isfinite(value) ? QLocale().toString(value, 'f', 3) : QStringLiteral("\u2013"); }

}  // namespace

QString stateText(RunState state)
{
    switch (state) {
        case RunState::Queued:
            return RunListModel::tr("queued");
        case RunState::Running:
            return RunListModel::tr("running");
        case RunState::Paused:
            return RunListModel::tr("paused");
        case RunState::Stopped:
            return RunListModel::tr("stopped");
        case RunState::Finished:
            return RunListModel::tr("finished");
        case RunState::Failed:
            return RunListModel::tr("failed");
        case RunState::Interrupted:
            return RunListModel::tr("interrupted");
        case RunState::Damaged:
            return RunListModel::tr("damaged");
    }
    return {};
}

RunListModel::RunListModel(QObject* parent) : QAbstractTableModel(parent) {}

void RunListModel::setRuns(std::vector<RunSummary> runs)
{
    const bool sameRuns = std::equal(runs.begin(), runs.end(), m_runs.begin(), m_runs.end(),
                                     [](const RunSummary& a, const RunSummary& b) { return a.id == b.id; });
    if (!sameRuns) {
        beginResetModel();
        m_runs = std::move(runs);
        endResetModel();
        return;
    }
    m_runs = std::move(runs);
    if (!m_runs.empty()) Q_EMIT dataChanged(index(0, 0), index(int(m_runs.size()) - 1, ColumnCount - 1));
}

int RunListModel::rowOf(const std::string& id) const
{
    const auto found = std::find_if(m_runs.begin(), m_runs.end(), [&](const RunSummary& run) { return run.id == id; });
    return found == m_runs.end() ? -1 : int(found - m_runs.begin());
}

int RunListModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_runs.size()); }

int RunListModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(ColumnCount); }

QString RunListModel::text(const RunSummary& run, int column) const
{
    const QLocale locale;
    switch (column) {
        case State:
            return stateText(run.status.state);
        case Title:
            return QString::fromStdString(run.title.empty() ? run.id : run.title);
        case Method:
            return QString::fromStdString(run.method);
        case Progress:
            if (run.status.totalSteps <= 0) return QStringLiteral("\u2013");
            return tr("%1 of %2").arg(locale.toString(qint64(run.status.step)), locale.toString(qint64(run.status.totalSteps)));
        case OriginalBits:
            return bits(run.originalBitsPerByte);
        case ExpandedBits:
            return bits(run.expandedBitsPerByte);
        case Created:
            if (!(run.createdAt > 0)) return QStringLiteral("\u2013");
            return locale.toString(QDateTime::fromMSecsSinceEpoch(qint64(run.createdAt * 1000)),
                                   QStringLiteral("yyyy-MM-dd hh:mm"));
        case Remark:
            return QString::fromStdString(run.status.reason);
        default:
            return {};
    }
}

QVariant RunListModel::sortValue(const RunSummary& run, int column) const
{
    const double last = std::numeric_limits<double>::infinity();
    switch (column) {
        case Progress:
            return share(run.status);
        case OriginalBits:
            return std::isfinite(run.originalBitsPerByte) ? run.originalBitsPerByte : last;
        case ExpandedBits:
            return std::isfinite(run.expandedBitsPerByte) ? run.expandedBitsPerByte : last;
        case Created:
            return run.createdAt;
        default:
            return text(run, column);
    }
}

QVariant RunListModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const RunSummary& run = m_runs[std::size_t(index.row())];
    const bool number = index.column() == OriginalBits || index.column() == ExpandedBits;
    switch (role) {
        case Qt::DisplayRole:
            return text(run, index.column());
        case Qt::DecorationRole:
            return index.column() == State ? QVariant(stateColour(run.status.state)) : QVariant();
        case Qt::TextAlignmentRole:
            return QVariant(number ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
        case Qt::ToolTipRole: {
            const QString reason = QString::fromStdString(run.status.reason);
            const QString id = QString::fromStdString(run.id);
            return reason.isEmpty() ? id : id + QLatin1Char('\n') + reason;
        }
        case SortRole:
            return sortValue(run, index.column());
        case ShareRole:
            return index.column() == Progress ? QVariant(share(run.status)) : QVariant();
        default:
            return {};
    }
}

QVariant RunListModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole) {
        const bool number = section == OriginalBits || section == ExpandedBits;
        return QVariant(number ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
    }
    if (orientation == Qt::Horizontal && role == Qt::ToolTipRole && (section == OriginalBits || section == ExpandedBits))
        return tr(
            "Bits per byte on held-out text at the newest end of a stage, averaged over the languages of the role; lower is "
            "better");
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return QAbstractTableModel::headerData(section, orientation, role);
    switch (section) {
        case State:
            return tr("State");
        case Title:
            return tr("Title");
        case Method:
            return tr("Method");
        case Progress:
            return tr("Steps");
        case OriginalBits:
            return tr("Original, bpb");
        case ExpandedBits:
            return tr("Expanded, bpb");
        case Created:
            return tr("Created");
        case Remark:
            return tr("Remark");
        default:
            return {};
    }
}

}  // namespace moebel
