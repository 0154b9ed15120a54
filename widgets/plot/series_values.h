// What a SeriesPlot is given: rows of curves, as values.
#pragma once

#include <QList>
#include <QString>
#include <memory>
#include <optional>

#include "moebel/analysis/colour.h"
#include "moebel/analysis/series.h"

namespace moebel
{

/// One curve. The points stay with who made them; they may grow, after which the plot is told (SeriesPlot::dataChanged()).
struct PlotSeries {
    QString id;    ///< stable, "bits-per-byte/el"
    QString name;  ///< in its own script
    ColourPair colour;
    bool dashed = false;
    std::optional<double> reference;  ///< a thin line across in the same colour
    SeriesColumn marks;               ///< single values beside the curve, drawn as diamonds
    std::shared_ptr<const SeriesColumn> data;
    int marker = 0;      ///< see CurveLook; it says the same as the colour
    QString language{};  ///< that the name is written in, BCP-47; empty: that of the window
    /// An earlier part of a curve counts its own steps; its step 0 stands at `start` < 0 on the axis, and the last of them
    /// before 0.
    std::int64_t start = 0;
    QString partOf{};    ///< id of the curve that it is a part of: one line of the legend
    QString partName{};  ///< what its steps are steps of
    /// Of the points, kept by who makes them: without it a replot looks at all of them.
    std::shared_ptr<const SeriesBlocks> blocks{};

    const QString& curve() const { return partOf.isEmpty() ? id : partOf; }
};

struct PlotRow {
    QString title;
    QString unit;       ///< behind the title; may be empty
    double height = 1;  ///< share of the rows' height
    QList<PlotSeries> series;
    QString note{};  ///< behind the title on the plot: what its lines and marks are
};

/// A line across all rows where something began or happened.
struct StageMark {
    std::int64_t step = 0;  ///< on the axis
    QString name;
    bool warning = false;  ///< its sign stands below, not its name above
    bool operator==(const StageMark&) const = default;
};

/// A value as plots, legends and tables write it: six digits in the user's locale; a dash for a gap.
QString valueText(double value);

}  // namespace moebel
