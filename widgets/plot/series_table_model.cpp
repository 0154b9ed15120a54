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
    const auto at = series.data->indexAt(step - series.start);
    if (!at || series.start + series.data->steps[*at] != step) return std::nullopt;
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
            QStringList name = {row.title};
            if (row.series.size() > 1) name << series.name;
            if (!series.partName.isEmpty()) name << series.partName;
            m_names << name.join(QLatin1Char('\n'));
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
        std::vector<std::int64_t> placed = series.data->steps;
        for (std::int64_t& step : placed) step += series.start;
        std::set_union(all.begin(), all.end(), placed.begin(), placed.end(), std::back_inserter(merged));
        all = std::move(merged);
    }
    return all;
}

// Whose own steps are counted there; none where they are those of the axis.
const PlotSeries* SeriesTableModel::partOf(std::int64_t step) const
{
    const auto part = std::find_if(m_series.begin(), m_series.end(), [](const PlotSeries& series) { return series.start < 0; });
    return step < 0 && part != m_series.end() ? &*part : nullptr;
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
    if (index.column() == 0) {
        const PlotSeries* part = partOf(step);
        const qint64 own = part ? step - part->start : step;
        if (stored) return own;
        return part ? tr("%1, %2").arg(part->partName, QLocale().toString(own)) : QLocale().toString(own);
    }
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
