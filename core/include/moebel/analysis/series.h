// A metric over the steps of a run, and what it takes to draw it without hiding anything.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace moebel
{

/// Steps ascending, each once; a value that is NaN is a gap. 16 bytes a point.
struct SeriesColumn {
    std::vector<std::int64_t> steps;
    std::vector<double> values;

    bool operator==(const SeriesColumn&) const = default;
    std::size_t size() const { return steps.size(); }
    bool empty() const { return steps.empty(); }
    /// Of the newest point at or before a step; none when the column begins later.
    std::optional<std::size_t> indexAt(std::int64_t step) const;
    /// Precondition: the step is larger than the last one.
    void append(std::int64_t step, double value);
    /// Takes away everything from the point with this index on.
    void truncate(std::size_t count);
};

/// Where a step stands on the x axis: straight lines between knots (step, x), both ascending. Without knots x is the step
/// itself. Before the first and behind the last knot the line goes on.
class StepScale
{
public:
    StepScale() = default;
    explicit StepScale(std::vector<std::pair<double, double>> knots) : m_knots(std::move(knots)) {}

    double x(double step) const;
    double step(double x) const;
    /// The same scale for steps that are counted from `start` on.
    StepScale countedFrom(std::int64_t start) const;
    bool operator==(const StepScale&) const = default;

private:
    std::vector<std::pair<double, double>> m_knots;
};

struct PlotPoint {
    double x = 0;
    double y = 0;
};

/// The smallest and largest value of every 64 points of a column that grows, so that drawing need not look at all of them.
class SeriesBlocks
{
public:
    static constexpr std::size_t kPoints = 64;
    struct Block {
        std::size_t least = 0, most = 0;  ///< indices of points
        double leastValue = 0, mostValue = 0;
        bool gap = false;  ///< one of the values is none
    };

    /// Takes in what the column has grown by; all of it again when its end is another one.
    void follow(const SeriesColumn& column);
    /// Of the points from `index` on; null where that is not the first one of a whole block.
    const Block* beginningAt(std::size_t index) const;

private:
    std::vector<Block> m_blocks;
    std::int64_t m_lastStep = 0;  ///< of the last whole block
    double m_lastValue = 0;
};

/// What has to be drawn of a column between x `from` and `to` on `columns` pixels: in each pixel column the first, smallest,
/// largest and last point in their order, which draws the same pixels as all points would (M4; U. Jugel et al., VLDB 2014). One
/// point beyond each end is kept so that lines run to the edge; a gap stays one NaN. All points, when they are few. `blocks`:
/// of this column, for the same points sooner.
std::vector<PlotPoint> decimate(const SeriesColumn& column, const StepScale& scale, double from, double to, int columns,
                                const SeriesBlocks* blocks = nullptr);

/// The mean of several columns at the steps that all of them have; NaN where one of them is.
SeriesColumn meanOf(const std::vector<const SeriesColumn*>& columns);

/// Exponential moving average without the bias of its start: s_n = w s_(n-1) + (1 - w) v_n with s_0 = 0, shown as s_n / (1 -
/// w^n). A gap stays a gap and changes nothing behind it. `weight` 0 gives the column itself; precondition: 0 <= weight < 1.
SeriesColumn smooth(const SeriesColumn& column, double weight);

/// The same of a column that grows: the average goes on where it stopped.
class SmoothedSeries
{
public:
    /// Takes in what the column has grown by, but `most` points at once; begins anew when its end or the weight is another one.
    /// Gives how many points were taken in.
    std::size_t follow(const SeriesColumn& column, double weight, std::size_t most = std::numeric_limits<std::size_t>::max());
    const SeriesColumn& column() const { return m_column; }
    const SeriesBlocks& blocks() const { return m_blocks; }

private:
    struct Average {
        double sum = 0, weights = 0;  ///< weights: 1 - w^n
    };
    bool continues(const SeriesColumn& column) const;

    SeriesColumn m_column;
    SeriesBlocks m_blocks;
    Average m_average;       ///< of all points but the newest one, whose value may still change
    std::size_t m_kept = 0;  ///< points that it holds
    double m_lastValue = 0;  ///< the last of them, before it was smoothed
    double m_weight = 0;
};

}  // namespace moebel
