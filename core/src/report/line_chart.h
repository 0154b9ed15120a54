// Curves over steps or layers.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "moebel/analysis/colour.h"

namespace moebel {

using Points = std::vector<std::pair<double, double>>;

struct Curve {
    std::string label;
    std::string colourClass;  ///< the page's class for the colour's dark variant
    ColourPair colour;
    bool dashed = false;
    bool dots = false;                ///< a dot on every point (few points)
    Points points;                    ///< x rising
    double reference = std::nan("");  ///< a dotted horizontal line, the value before the first step
};

struct Boundary {
    double x = 0;
    std::string label;
};

struct LineChart {
    std::string title;
    std::string xLabel;
    std::string yLabel;
    std::vector<Curve> curves = {};
    std::vector<Boundary> boundaries = {};
    double xMost = std::nan("");  ///< x goes from 0 to here when given
    double yMost = std::nan("");  ///< y goes from 0 to here when given
    bool wholeX = false;          ///< ticks on whole numbers only
    double width = 520;
    double height = 300;
};

std::string drawLineChart(const LineChart& chart);

/// Keeps the smallest and the largest value of each of `columns` stretches of x, so that no spike is lost.
Points thinned(const Points& points, std::size_t columns);

}  // namespace moebel
