#include "line_chart.h"

#include <algorithm>
#include <limits>

#include "svg.h"
#include "text.h"

namespace moebel {

namespace {

struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    void take(double value)
    {
        if (!std::isfinite(value)) return;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    bool empty() const { return !(low <= high); }
};

// Where the chart's numbers lie on the picture.
struct Frame {
    Range x, y;
    double left = 52, top = 40, right = 0, bottom = 0;
    double toX(double value) const { return left + (value - x.low) / (x.high - x.low) * (right - left); }
    double toY(double value) const { return bottom - (value - y.low) / (y.high - y.low) * (bottom - top); }
};

Frame frameOf(const LineChart& chart)
{
    Frame frame;
    for (const Curve& curve : chart.curves) {
        frame.y.take(curve.reference);
        for (const auto& [x, y] : curve.points) {
            frame.x.take(x);
            frame.y.take(y);
        }
    }
    if (std::isfinite(chart.xMost)) {
        frame.x.take(0);
        frame.x.take(chart.xMost);
    }
    if (frame.x.empty()) frame.x = {0, 1};
    if (frame.y.empty()) frame.y = {0, 1};
    if (frame.x.low == frame.x.high) frame.x.high += 1;
    const double air = frame.y.high > frame.y.low ? 0.06 * (frame.y.high - frame.y.low) : 0.5;
    const bool given = std::isfinite(chart.yMost);
    frame.y = given ? Range{0, chart.yMost} : Range{frame.y.low - air, frame.y.high + air};
    frame.right = chart.width - 64;
    frame.bottom = chart.height - 40;
    return frame;
}

void drawAxes(Svg& svg, const LineChart& chart, const Frame& frame)
{
    const Ticks yTicks = ticksFor(frame.y.low, frame.y.high, 5);
    for (double value : yTicks.values) {
        svg.line(frame.left, frame.toY(value), frame.right, frame.toY(value), "grid", "#e3e7ed");
        svg.text(frame.left - 8, frame.toY(value) + 4, fixed(value, yTicks.digits), "muted small end");
    }
    const int wanted = chart.wholeX ? int(std::clamp(frame.x.high - frame.x.low, 1.0, 12.0)) : 6;
    const Ticks xTicks = ticksFor(frame.x.low, frame.x.high, wanted);
    for (double value : xTicks.values)
        if (xTicks.digits == 0) svg.text(frame.toX(value), frame.bottom + 17, fixed(value, 0), "muted small middle");
    svg.line(frame.left, frame.bottom, frame.right, frame.bottom, "axis", "#8a93a0");
    svg.text((frame.left + frame.right) / 2, chart.height - 6, chart.xLabel, "muted small middle");
    svg.text(12, (frame.top + frame.bottom) / 2, chart.yLabel, "muted small middle",
             {{"transform", "rotate(-90 12 " + fixed((frame.top + frame.bottom) / 2, 1) + ")"}});
    svg.text(frame.left, 18, chart.title, "strong");
}

void drawBoundaries(Svg& svg, const LineChart& chart, const Frame& frame)
{
    for (const Boundary& boundary : chart.boundaries) {
        const double x = frame.toX(boundary.x);
        svg.add("line", {{"x1", x},
                         {"y1", frame.top},
                         {"x2", x},
                         {"y2", frame.bottom},
                         {"class", "axis"},
                         {"stroke", "#8a93a0"},
                         {"stroke-dasharray", "1 3"}});
        svg.text(x, frame.top - 5, boundary.label, "muted small");
    }
}

// What lies between the gaps of a curve: where a value is not a number there is none.
std::vector<Points> piecesOf(const Points& points)
{
    std::vector<Points> pieces(1);
    for (const auto& point : points) {
        if (std::isfinite(point.second))
            pieces.back().push_back(point);
        else if (!pieces.back().empty())
            pieces.emplace_back();
    }
    if (pieces.back().empty()) pieces.pop_back();
    return pieces;
}

void drawCurve(Svg& svg, const Curve& curve, const Frame& frame)
{
    const std::string colour = hexColour(curve.colour.light);
    if (std::isfinite(curve.reference))
        svg.add("line",
                {{"x1", frame.left},
                 {"y1", frame.toY(curve.reference)},
                 {"x2", frame.right},
                 {"y2", frame.toY(curve.reference)},
                 {"class", curve.colourClass},
                 {"stroke", colour},
                 {"stroke-width", "1"},
                 {"stroke-dasharray", "1.5 4"},
                 {"opacity", "0.8"}},
                curve.label + " before the first step: " + fixed(curve.reference, 4));
    std::string path;
    for (const Points& piece : piecesOf(curve.points)) {
        const std::size_t columns = 1 + 600 * piece.size() / curve.points.size();
        Points placed;
        for (const auto& [x, y] : thinned(piece, columns)) placed.emplace_back(frame.toX(x), frame.toY(y));
        if (placed.size() == 1) placed.push_back(placed.front());  // a dot, by the round ends
        path += pathThrough(placed);
    }
    if (!path.empty())
        svg.add("path",
                {{"d", path},
                 {"class", curve.colourClass},
                 {"fill", "none"},
                 {"stroke", colour},
                 {"stroke-width", "1.8"},
                 {"stroke-linejoin", "round"},
                 {"stroke-linecap", "round"},
                 {"stroke-dasharray", curve.dashed ? "7 4" : "none"}},
                curve.label);
    const auto tooltip = [&](double x, double y) { return curve.label + " at " + fixed(x, 0) + ": " + fixed(y, 4); };
    if (curve.dots)
        for (const auto& [x, y] : curve.points)
            if (std::isfinite(y))
                svg.add("circle",
                        {{"cx", frame.toX(x)},
                         {"cy", frame.toY(y)},
                         {"r", 2.6},
                         {"class", curve.colourClass + " full"},
                         {"fill", colour}},
                        tooltip(x, y));
}

// Names at the right end, pushed apart where they would cover each other.
void drawEndLabels(Svg& svg, const LineChart& chart, const Frame& frame)
{
    struct Label {
        double y;
        const Curve* curve;
    };
    std::vector<Label> labels;
    for (const Curve& curve : chart.curves) {
        if (curve.label.empty()) continue;
        if (!curve.points.empty() && std::isfinite(curve.points.back().second))
            labels.push_back({frame.toY(curve.points.back().second), &curve});
    }
    std::sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) { return a.y < b.y; });
    constexpr double kApart = 13;
    for (std::size_t i = 1; i < labels.size(); ++i) labels[i].y = std::max(labels[i].y, labels[i - 1].y + kApart);
    const double over = labels.empty() ? 0 : labels.back().y - frame.bottom;
    if (over > 0) {
        labels.back().y -= over;
        for (std::size_t i = labels.size() - 1; i-- > 0;) labels[i].y = std::min(labels[i].y, labels[i + 1].y - kApart);
    }
    for (const Label& label : labels) {
        svg.add("line", {{"x1", frame.right + 4},
                         {"y1", label.y},
                         {"x2", frame.right + 18},
                         {"y2", label.y},
                         {"class", label.curve->colourClass},
                         {"stroke", hexColour(label.curve->colour.light)},
                         {"stroke-width", "2.4"},
                         {"stroke-dasharray", label.curve->dashed ? "5 3" : "none"}});
        svg.text(frame.right + 22, label.y + 4, label.curve->label, "small");
    }
}

}  // namespace

Points thinned(const Points& points, std::size_t columns)
{
    if (points.size() <= 2 * columns || columns == 0) return points;
    const double first = points.front().first, span = points.back().first - first;
    Points kept;
    for (std::size_t begin = 0, column = 0; begin < points.size(); ++column) {
        const double until = first + span * double(column + 1) / double(columns);
        std::size_t end = begin;
        while (end < points.size() && (points[end].first < until || column + 1 >= columns)) ++end;
        if (end == begin) continue;
        const auto from = points.begin() + std::ptrdiff_t(begin), to = points.begin() + std::ptrdiff_t(end);
        const auto [low, high] =
            std::minmax_element(from, to, [](const auto& a, const auto& b) { return a.second < b.second; });
        kept.push_back(*std::min(low, high));
        if (low != high) kept.push_back(*std::max(low, high));
        begin = end;
    }
    return kept;
}

std::string drawLineChart(const LineChart& chart)
{
    Svg svg(chart.width, chart.height, chart.title);
    const Frame frame = frameOf(chart);
    drawAxes(svg, chart, frame);
    drawBoundaries(svg, chart, frame);
    for (const Curve& curve : chart.curves) drawCurve(svg, curve, frame);
    drawEndLabels(svg, chart, frame);
    return svg.finish();
}

}  // namespace moebel
