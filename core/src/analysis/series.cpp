#include "moebel/analysis/series.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace moebel
{

namespace
{

// Linear between two points of a list of pairs, seen from its first or second member.
template <typename From, typename To>
double interpolate(const std::vector<std::pair<double, double>>& knots, double at, From from, To to)
{
    if (knots.empty()) return at;
    if (knots.size() == 1) return to(knots.front()) + (at - from(knots.front()));
    auto right = std::lower_bound(knots.begin() + 1, knots.end() - 1, at,
                                  [&](const std::pair<double, double>& knot, double value) { return from(knot) < value; });
    const auto left = right - 1;
    const double width = from(*right) - from(*left);
    return width > 0 ? to(*left) + (at - from(*left)) / width * (to(*right) - to(*left)) : to(*left);
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

constexpr auto kFirst = [](const std::pair<double, double>& knot) { return knot.first; };
constexpr auto kSecond = [](const std::pair<double, double>& knot) { return knot.second; };

struct Range {
    std::size_t begin = 0, end = 0;
};

// The points between two places on the x axis.
Range between(const SeriesColumn& column, const StepScale& scale, double from, double to)
{
    const auto index = [&](auto found) { return std::size_t(found - column.steps.begin()); };
    const auto begin = std::partition_point(column.steps.begin(), column.steps.end(),
                                            [&](std::int64_t step) { return scale.x(double(step)) < from; });
    const auto end =
        std::partition_point(begin, column.steps.end(), [&](std::int64_t step) { return scale.x(double(step)) <= to; });
    return {index(begin), index(end)};
}

// First, smallest, largest and last point of a pixel column, by index.
struct Bucket {
    std::size_t first = 0, least = 0, most = 0, last = 0;
    double leastValue = 0, mostValue = 0;
    bool empty = true;

    void take(std::size_t index, double value)
    {
        if (empty) {
            first = least = most = index;
            leastValue = mostValue = value;
            empty = false;
        }
        if (value < leastValue) least = index, leastValue = value;
        if (value > mostValue) most = index, mostValue = value;
        last = index;
    }

    /// All points of a block without a gap. The points themselves are far away in memory: they are left alone where they can
    /// be.
    void take(std::size_t begin, const SeriesBlocks::Block& block, const std::vector<double>& values)
    {
        if (empty) take(begin, values[begin]);
        if (block.leastValue < leastValue) least = block.least, leastValue = block.leastValue;
        if (block.mostValue > mostValue) most = block.most, mostValue = block.mostValue;
        last = begin + SeriesBlocks::kPoints - 1;
    }
};

// The end of the points from `begin` to `end` that are in the same pixel column as the first, looked for around `guess` in
// steps that double, then by halves: points lie mostly as far apart as before, and each look is a way into memory.
template <typename Pixel>
std::size_t endOfColumn(std::size_t begin, std::size_t end, std::size_t guess, const Pixel& pixelOf)
{
    const double pixel = pixelOf(begin);
    std::size_t inside = begin, outside = end, step = 1;
    if (guess < end && pixelOf(guess) == pixel) {
        inside = guess;
        for (; inside + step < end; step *= 2) {
            if (pixelOf(inside + step) != pixel) break;
            inside += step;
        }
        outside = std::min(inside + step, end);
    } else {
        outside = std::min(guess, end);
        for (; outside > begin + step; step *= 2) {
            if (pixelOf(outside - step) == pixel) break;
            outside -= step;
        }
        inside = outside > begin + step ? outside - step : begin;
    }
    while (outside - inside > 1) {
        const std::size_t middle = inside + (outside - inside) / 2;
        (pixelOf(middle) == pixel ? inside : outside) = middle;
    }
    return outside;
}

}  // namespace

std::optional<std::size_t> SeriesColumn::indexAt(std::int64_t step) const
{
    const auto after = std::upper_bound(steps.begin(), steps.end(), step);
    if (after == steps.begin()) return std::nullopt;
    return std::size_t(after - steps.begin()) - 1;
}

void SeriesColumn::append(std::int64_t step, double value)
{
    assert(steps.empty() || step > steps.back());
    steps.push_back(step);
    values.push_back(value);
}

void SeriesColumn::truncate(std::size_t count)
{
    steps.resize(std::min(count, steps.size()));
    values.resize(steps.size());
}

double StepScale::x(double step) const { return interpolate(m_knots, step, kFirst, kSecond); }

double StepScale::step(double x) const { return interpolate(m_knots, x, kSecond, kFirst); }

StepScale StepScale::countedFrom(std::int64_t start) const
{
    if (start == 0) return *this;
    if (m_knots.empty()) return StepScale({{0, double(start)}});
    StepScale moved = *this;
    for (auto& knot : moved.m_knots) knot.first -= double(start);
    return moved;
}

void SeriesBlocks::follow(const SeriesColumn& column)
{
    const std::size_t covered = m_blocks.size() * kPoints;
    const auto sameEnd = [&] {
        if (covered > column.size()) return false;
        return column.steps[covered - 1] == m_lastStep && same(column.values[covered - 1], m_lastValue);
    };
    if (covered > 0 && !sameEnd()) m_blocks.clear();
    for (std::size_t begin = m_blocks.size() * kPoints; begin + kPoints <= column.size(); begin += kPoints) {
        Block block{begin, begin, column.values[begin], column.values[begin], false};
        for (std::size_t i = begin; i < begin + kPoints; ++i) {
            const double value = column.values[i];
            block.gap = block.gap || !std::isfinite(value);
            if (value < block.leastValue) block.least = i, block.leastValue = value;
            if (value > block.mostValue) block.most = i, block.mostValue = value;
        }
        m_blocks.push_back(block);
        m_lastStep = column.steps[begin + kPoints - 1];
        m_lastValue = column.values[begin + kPoints - 1];
    }
}

const SeriesBlocks::Block* SeriesBlocks::beginningAt(std::size_t index) const
{
    return index % kPoints == 0 && index / kPoints < m_blocks.size() ? &m_blocks[index / kPoints] : nullptr;
}

std::vector<PlotPoint> decimate(const SeriesColumn& column, const StepScale& scale, double from, double to, int columns,
                                const SeriesBlocks* blocks)
{
    std::vector<PlotPoint> points;
    if (column.empty() || !(to > from) || columns < 1) {
        for (std::size_t i = 0; i < column.size(); ++i) points.push_back({scale.x(double(column.steps[i])), column.values[i]});
        return points;
    }
    Range visible = between(column, scale, from, to);
    if (visible.begin > 0) --visible.begin;
    if (visible.end < column.size()) ++visible.end;
    const auto add = [&](std::size_t i) { points.push_back({scale.x(double(column.steps[i])), column.values[i]}); };
    if (visible.end - visible.begin <= 4 * std::size_t(columns)) {
        for (std::size_t i = visible.begin; i < visible.end; ++i) add(i);
        return points;
    }
    Bucket bucket;
    const auto flush = [&] {
        if (bucket.empty) return;
        std::size_t kept[] = {bucket.first, bucket.least, bucket.most, bucket.last};
        std::sort(std::begin(kept), std::end(kept));
        const auto end = std::unique(std::begin(kept), std::end(kept));
        for (auto i = std::begin(kept); i != end; ++i) add(*i);
        bucket.empty = true;
    };
    const double pixels = double(columns) / (to - from);
    const auto pixelOf = [&](std::size_t i) { return std::floor((scale.x(double(column.steps[i])) - from) * pixels); };
    std::size_t count = 1;
    for (std::size_t i = visible.begin; i < visible.end;) {
        const std::size_t end = endOfColumn(i, visible.end, i + count, pixelOf);
        count = end - i;
        while (i < end) {
            const SeriesBlocks::Block* block = blocks ? blocks->beginningAt(i) : nullptr;
            if (block && !block->gap && i + SeriesBlocks::kPoints <= end) {
                bucket.take(i, *block, column.values);
                i += SeriesBlocks::kPoints;
                continue;
            }
            const std::size_t next = std::min(end, (i / SeriesBlocks::kPoints + 1) * SeriesBlocks::kPoints);
            for (; i < next; ++i) {
                const double value = column.values[i];
                if (std::isfinite(value)) {
                    bucket.take(i, value);
                    continue;
                }
                flush();
                if (points.empty() || std::isfinite(points.back().y))
                    points.push_back({scale.x(double(column.steps[i])), std::numeric_limits<double>::quiet_NaN()});
            }
        }
        flush();
    }
    return points;
}

SeriesColumn meanOf(const std::vector<const SeriesColumn*>& columns)
{
    SeriesColumn mean;
    if (columns.empty()) return mean;
    for (const std::int64_t step : columns.front()->steps) {
        double sum = 0;
        bool everywhere = true;
        for (const SeriesColumn* column : columns) {
            const auto index = column->indexAt(step);
            everywhere = everywhere && index && column->steps[*index] == step;
            if (everywhere) sum += column->values[*index];
        }
        if (everywhere) mean.append(step, sum / double(columns.size()));
    }
    return mean;
}

SeriesColumn smooth(const SeriesColumn& column, double weight)
{
    SmoothedSeries smoothed;
    smoothed.follow(column, weight);
    return smoothed.column();
}

bool SmoothedSeries::continues(const SeriesColumn& column) const
{
    if (m_kept == 0) return true;
    return m_kept < column.size() && column.steps[m_kept - 1] == m_column.steps[m_kept - 1] &&
           same(column.values[m_kept - 1], m_lastValue);
}

std::size_t SmoothedSeries::follow(const SeriesColumn& column, double weight, std::size_t most)
{
    assert(weight >= 0 && weight < 1);
    if (weight != m_weight || !continues(column)) *this = SmoothedSeries();
    m_weight = weight;
    if (most == 0) return 0;
    m_column.truncate(m_kept);
    const std::size_t taken = m_kept;
    const std::size_t end = m_kept + std::min(most, column.size() - m_kept);
    for (std::size_t i = m_kept; i < end; ++i) {
        const double value = column.values[i];
        Average now = m_average;
        if (std::isfinite(value)) now = {weight * now.sum + (1 - weight) * value, weight * now.weights + (1 - weight)};
        m_column.append(column.steps[i], std::isfinite(value) ? now.sum / now.weights : value);
        if (i + 1 == column.size()) break;
        m_average = now;
        m_lastValue = value;
        m_kept = i + 1;
    }
    m_blocks.follow(m_column);
    return m_column.size() - taken;
}

}  // namespace moebel
