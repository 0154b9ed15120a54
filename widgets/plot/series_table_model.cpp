#include "widgets/plot/series_table_model.h"

#include <QLocale>
#include <algorithm>
#include <cmath>
#include <set>

#include "widgets/support/table_text.h"

namespace moebel
{

namespace
{

std::optional<double> valueAt(const PlotSeries& series, std::int64_t step)
{
    const auto at = series.data->indexAt(step);
    if (!at || series.data->steps[*at] != step) return std::nullopt;
    return series.data->values[*at];
}

}  // namespace

void SeriesTableModel::setRows(const QList<PlotRow>& rows)
{
    beginResetModel();
    m_series.clear();
    m_names.clear();
    for (const PlotRow& row : rows)
        for (const PlotSeries& series : row.series) {
            if (!series.data) continue;
            m_series << series;
            m_names << (row.series.size() == 1 ? row.title : QStringLiteral("%1\n%2").arg(row.title, series.name));
        }
    m_steps = steps();
    endResetModel();
}

std::vector<std::int64_t> SeriesTableModel::steps() const
{
    std::vector<std::int64_t> all;
    for (const PlotSeries& series : m_series) {
        std::vector<std::int64_t> merged;
        merged.reserve(all.size() + series.data->size());
        std::set_union(all.begin(), all.end(), series.data->steps.begin(), series.data->steps.end(),
                       std::back_inserter(merged));
        all = std::move(merged);
    }
    return all;
}

void SeriesTableModel::dataChanged()
{
    std::vector<std::int64_t> now = steps();
    const bool grew = now.size() > m_steps.size() && std::equal(m_steps.begin(), m_steps.end(), now.begin());
    if (grew) {
        beginInsertRows({}, int(m_steps.size()), int(now.size()) - 1);
        m_steps = std::move(now);
        endInsertRows();
    } else if (now != m_steps) {
        beginResetModel();
        m_steps = std::move(now);
        endResetModel();
    }
}

int SeriesTableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_steps.size()); }

int SeriesTableModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : 1 + int(m_series.size()); }

QVariant SeriesTableModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) return {};
    if (role == Qt::TextAlignmentRole) return QVariant::fromValue(Qt::Alignment(Qt::AlignTrailing | Qt::AlignVCenter));
    const std::int64_t step = m_steps[std::size_t(index.row())];
    const bool stored = role == Qt::EditRole || role == StoredRole;
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole && !stored) return {};
    if (index.column() == 0) return stored ? QVariant(qint64(step)) : QLocale().toString(qint64(step));
    const auto value = valueAt(m_series[index.column() - 1], step);
    if (!value) return {};
    if (role == Qt::ToolTipRole) return exactText(*value);
    return stored ? QVariant(*value) : QVariant(valueText(*value));
}

QVariant SeriesTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) return {};
    if (role == StoredRole) return section == 0 ? QStringLiteral("step") : m_series.value(section - 1).id;
    if (role != Qt::DisplayRole) return {};
    return section == 0 ? tr("Step") : m_names.value(section - 1);
}

int SeriesTableModel::rowOfStep(std::int64_t step) const
{
    return int(std::upper_bound(m_steps.begin(), m_steps.end(), step) - m_steps.begin()) - 1;
}

}  // namespace moebel
