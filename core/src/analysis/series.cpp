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
    bool empty = true;

    void take(std::size_t index, const std::vector<double>& values)
    {
        if (empty) {
            first = least = most = last = index;
            empty = false;
            return;
        }
        if (values[index] < values[least]) least = index;
        if (values[index] > values[most]) most = index;
        last = index;
    }

    /// All points of a block without a gap.
    void take(std::size_t begin, const SeriesBlocks::Block& block, const std::vector<double>& values)
    {
        take(begin, values);
        for (const std::size_t extreme : {std::min(block.least, block.most), std::max(block.least, block.most)})
            take(extreme, values);
        take(begin + SeriesBlocks::kPoints - 1, values);
    }
};

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
        const double value = column.values[covered - 1];
        return column.steps[covered - 1] == m_lastStep && (value == m_lastValue || (std::isnan(value) && std::isnan(m_lastValue)));
    };
    if (covered > 0 && !sameEnd()) m_blocks.clear();
    for (std::size_t begin = m_blocks.size() * kPoints; begin + kPoints <= column.size(); begin += kPoints) {
        Block block{begin, begin, false};
        for (std::size_t i = begin; i < begin + kPoints; ++i) {
            block.gap = block.gap || !std::isfinite(column.values[i]);
            if (column.values[i] < column.values[block.least]) block.least = i;
            if (column.values[i] > column.values[block.most]) block.most = i;
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
    double current = -1;
    for (std::size_t i = visible.begin; i < visible.end; ++i) {
        const SeriesBlocks::Block* block = blocks ? blocks->beginningAt(i) : nullptr;
        const std::size_t end = i + SeriesBlocks::kPoints;
        if (block && !block->gap && end <= visible.end && pixelOf(i) == pixelOf(end - 1)) {
            if (pixelOf(i) != current) flush();
            current = pixelOf(i);
            bucket.take(i, *block, column.values);
            i = end - 1;
            continue;
        }
        if (!std::isfinite(column.values[i])) {
            flush();
            if (points.empty() || std::isfinite(points.back().y))
                points.push_back({scale.x(double(column.steps[i])), std::numeric_limits<double>::quiet_NaN()});
            continue;
        }
        const double pixel = pixelOf(i);
        if (pixel != current) flush();
        current = pixel;
        bucket.take(i, column.values);
    }
    flush();
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
    assert(weight >= 0 && weight < 1);
    SeriesColumn smoothed = column;
    double sum = 0, weights = 0;  // weights = 1 - w^n
    for (double& value : smoothed.values) {
        if (!std::isfinite(value)) continue;
        sum = weight * sum + (1 - weight) * value;
        weights = weight * weights + (1 - weight);
        value = sum / weights;
    }
    return smoothed;
}

}  // namespace moebel
