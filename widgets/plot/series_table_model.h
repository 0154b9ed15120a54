// The numbers behind a SeriesPlot as a table: its twin for screen readers, for copying, for looking closely.
#pragma once

#include <QAbstractTableModel>

#include "widgets/plot/series_values.h"

namespace moebel
{

/// One row a step of the axis at which any series has a point, one column a series; the values as they are stored, under the
/// curves' ids where they are exported.
class SeriesTableModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;

    void setRows(const QList<PlotRow>& rows);
    /// The columns have grown: only what is new is looked at.
    void dataChanged();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    /// Of the step of the axis, or the nearest before it; -1 when the table is empty.
    int rowOfStep(std::int64_t step) const;

private:
    /// What is known of a series.
    struct Known {
        std::size_t points = 0;
        std::int64_t lastStep = 0;
    };
    std::vector<std::int64_t> steps() const;
    void know();
    void beginAgain();
    std::optional<std::vector<std::int64_t>> newSteps() const;
    const PlotSeries* partOf(std::int64_t step) const;

    QList<PlotSeries> m_series;
    QStringList m_names;
    std::vector<std::int64_t> m_steps;
    std::vector<Known> m_known;  ///< by series
};

}  // namespace moebel
