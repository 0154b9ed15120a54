#include "routing_picture.h"

#include <algorithm>
#include <cmath>

#include "svg.h"
#include "text.h"

namespace moebel {

namespace {

constexpr double kPageWidth = 1068;
constexpr double kLeft = 26;  // layer numbers
constexpr double kHead = 40;  // names over a map
constexpr double kGap = 24;

// Sizes that follow from the largest map.
struct Grid {
    std::int64_t layers = 0;
    std::int64_t experts = 0;
    double cellWidth = 0;
    double cellHeight = 0;
    std::int64_t mapsPerRow = 1;

    double mapWidth() const { return double(experts) * cellWidth; }
    double mapHeight() const { return double(layers) * cellHeight; }
    double stepX() const { return kLeft + std::max(mapWidth(), 84.0) + kGap; }
    double stepY() const { return kHead + mapHeight() + 36; }
    bool numbers() const { return cellWidth >= 27 && cellHeight >= 15; }
};

Grid gridOf(const RoutingStats& stats)
{
    Grid grid;
    grid.layers = stats.layers();
    for (std::int64_t experts : stats.experts()) grid.experts = std::max(grid.experts, experts);
    grid.cellWidth = grid.experts <= 4 ? 40 : grid.experts <= 8 ? 30 : std::max(6.0, 260.0 / double(grid.experts));
    grid.cellHeight = grid.layers <= 8 ? 26 : grid.layers <= 16 ? 19 : std::max(8.0, 300.0 / double(grid.layers));
    grid.mapsPerRow = std::max<std::int64_t>(1, std::int64_t((kPageWidth + kGap) / grid.stepX()));
    return grid;
}

void drawScale(Svg& svg, double x, double y, RoutingMeasure measure, double most)
{
    constexpr int kSteps = 48;
    constexpr double kWidth = 168;
    for (int i = 0; i < kSteps; ++i)
        svg.add("rect", {{"x", x + kWidth * i / kSteps},
                         {"y", y},
                         {"width", kWidth / kSteps + 0.4},
                         {"height", 10},
                         {"shape-rendering", "crispEdges"},
                         {"fill", hexColour(sequentialColour((i + 0.5) / kSteps))}});
    svg.text(x - 6, y + 9, std::string(name(measure)) + "  0", "muted small end");
    svg.text(x + kWidth + 6, y + 9, exact(most), "muted small");
}

void drawCell(Svg& svg, const Grid& grid, double x, double y, double value, double most, const std::string& tooltip)
{
    const std::uint32_t colour = sequentialColour(value / most);
    svg.add("rect",
            {{"x", x + 0.5},
             {"y", y + 0.5},
             {"width", grid.cellWidth - 1},
             {"height", grid.cellHeight - 1},
             {"rx", 2},
             {"fill", hexColour(colour)}},
            tooltip);
    if (!grid.numbers()) return;
    svg.text(x + grid.cellWidth / 2, y + grid.cellHeight / 2 + 4, fixed(value, 2), "cell small middle",
             {{"style", "fill:" + hexColour(inkOn(colour))}, {"pointer-events", "none"}});
}

void drawLayer(Svg& svg, const Grid& grid, const RoutingMap& map, std::int64_t layer, double x, double y, double most)
{
    const auto& values = map.values[std::size_t(layer)];
    if (values.size() <= 1) {
        svg.add("rect",
                {{"x", x + 1.5},
                 {"y", y + 1.5},
                 {"width", grid.mapWidth() - 3},
                 {"height", grid.cellHeight - 3},
                 {"rx", 2},
                 {"fill", "none"},
                 {"class", "axis"},
                 {"stroke", "#8a93a0"},
                 {"stroke-dasharray", "2 3"}},
                "layer " + std::to_string(layer) + ": dense, no router");
        if (grid.numbers()) svg.text(x + grid.mapWidth() / 2, y + grid.cellHeight / 2 + 4, "dense", "muted small middle");
        return;
    }
    for (std::size_t expert = 0; expert < values.size(); ++expert) {
        if (!std::isfinite(values[expert])) continue;
        const std::string tooltip = "layer " + std::to_string(layer) + ", expert " + std::to_string(expert) + ": " +
                                    fixed(values[expert], 4) + " (in the top-K of " +
                                    grouped(std::int64_t(map.counts[std::size_t(layer)][expert])) + " of " +
                                    grouped(std::int64_t(map.tokens)) + " tokens)";
        drawCell(svg, grid, x + double(expert) * grid.cellWidth, y, values[expert], most, tooltip);
    }
}

void drawMap(Svg& svg, const Grid& grid, const Language& language, const RoutingMap& map, double x, double y, double most)
{
    const LanguageFacts facts = languageFacts(language.code);
    svg.text(x, y + 13, facts.nativeName, "strong", {{"lang", language.code}});
    svg.text(x, y + 28, language.code + " \u00b7 " + std::string(name(language.role)), "muted small");
    const double top = y + kHead;
    const std::int64_t every = std::max<std::int64_t>(1, std::int64_t(std::ceil(12 / grid.cellHeight)));
    for (std::int64_t layer = 0; layer < grid.layers; ++layer) {
        const double cellTop = top + double(grid.layers - 1 - layer) * grid.cellHeight;  // layer 0 at the bottom
        if (layer % every == 0) svg.text(x - 6, cellTop + grid.cellHeight / 2 + 4, std::to_string(layer), "muted small end");
        drawLayer(svg, grid, map, layer, x, cellTop, most);
    }
    const std::int64_t step = std::max<std::int64_t>(1, std::int64_t(std::ceil(16 / grid.cellWidth)));
    for (std::int64_t expert = 0; expert < grid.experts; expert += step)
        svg.text(x + (double(expert) + 0.5) * grid.cellWidth, top + grid.mapHeight() + 14, std::to_string(expert),
                 "muted small middle");
}

}  // namespace

std::string drawRoutingMaps(const RunData& run, const StageRouting& routing, RoutingMeasure measure, double most)
{
    const Grid grid = gridOf(routing.stats);
    const auto languages = std::int64_t(std::min<std::size_t>(run.languages.size(), std::size_t(routing.stats.languages())));
    const std::int64_t columns = std::min(grid.mapsPerRow, std::max<std::int64_t>(1, languages));
    const std::int64_t rows = std::max<std::int64_t>(1, (languages + columns - 1) / columns);
    const double width = std::max(double(columns) * grid.stepX(), 420.0);
    const std::string title = checkpointTitle(run, std::string(name(routing.stage.kind)));
    Svg svg(width, 42 + double(rows) * grid.stepY(),
            title + ", " + std::string(name(measure)) + " by layer, expert and language");
    svg.text(0, 16, title, "strong");
    svg.text(0, 32, "up: layer, right: expert (0 = original), step " + grouped(routing.capture.step), "muted small");
    drawScale(svg, width - 168 - 34, 6, measure, most);
    for (std::int64_t index = 0; index < languages; ++index) {
        const RoutingMap map = routingMap(routing.stats, LanguageId{std::int32_t(index)}, measure);
        drawMap(svg, grid, run.languages[std::size_t(index)], map, kLeft + double(index % columns) * grid.stepX(),
                42 + double(index / columns) * grid.stepY(), most);
    }
    return svg.finish();
}

double commonScaleEnd(const RunData& run, RoutingMeasure measure)
{
    double most = 0;
    for (const StageRouting& routing : run.routing)
        for (std::int32_t language = 0; language < routing.stats.languages(); ++language)
            most = std::max(most, routingMap(routing.stats, LanguageId{language}, measure).largest());
    return scaleEnd(most);
}

}  // namespace moebel
