#include "widgets/plot/series_table_model.h"

#include <QLocale>
#include <algorithm>
#include <cmath>
#include <limits>

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
    know();
    endResetModel();
}

std::vector<std::int64_t> SeriesTableModel::steps() const
{
    std::vector<std::int64_t> all;
    for (const PlotSeries& series : m_series) {
        std::vector<std::int64_t> placed = series.data->steps, merged;
        if (series.start != 0)
            for (std::int64_t& step : placed) step += series.start;
        if (placed == all) continue;  // most of them have the same steps
        merged.reserve(all.size() + placed.size());
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

void SeriesTableModel::know()
{
    m_known.clear();
    for (const PlotSeries& series : m_series)
        m_known.push_back({series.data->size(), series.data->empty() ? 0 : series.data->steps.back()});
}

// That came behind what is known, ascending; none when a series does not go on where it was.
std::optional<std::vector<std::int64_t>> SeriesTableModel::newSteps() const
{
    std::vector<std::int64_t> found;
    for (std::size_t i = 0; i < m_known.size(); ++i) {
        const PlotSeries& series = m_series[qsizetype(i)];
        const auto& steps = series.data->steps;
        const auto [points, lastStep] = m_known[i];
        if (points > steps.size() || (points > 0 && steps[points - 1] != lastStep)) return std::nullopt;
        for (std::size_t point = points; point < steps.size(); ++point) found.push_back(series.start + steps[point]);
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

void SeriesTableModel::beginAgain()
{
    beginResetModel();
    m_steps = steps();
    know();
    endResetModel();
}

void SeriesTableModel::dataChanged()
{
    const auto found = newSteps();
    if (!found) return beginAgain();
    const std::int64_t last = m_steps.empty() ? std::numeric_limits<std::int64_t>::min() : m_steps.back();
    const auto behind = std::upper_bound(found->begin(), found->end(), last);
    const auto isThere = [this](std::int64_t step) { return std::binary_search(m_steps.begin(), m_steps.end(), step); };
    if (!std::all_of(found->begin(), behind, isThere)) return beginAgain();
    know();
    const int rows = int(m_steps.size());
    if (behind != found->begin())  // another series has a value at a step that was there
        Q_EMIT QAbstractTableModel::dataChanged(index(rowOfStep(found->front()), 0), index(rows - 1, columnCount() - 1));
    if (behind == found->end()) return;
    beginInsertRows({}, rows, rows + int(found->end() - behind) - 1);
    m_steps.insert(m_steps.end(), behind, found->end());
    endInsertRows();
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
