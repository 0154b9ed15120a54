// Heat maps of 100 languages x 128 layers x 64 experts, every cell new in each frame: how long until they are on the screen.
// Offscreen, 1920 x 1080. Beside it QCustomPlot's own colour map (setCell for every cell, one replot) with the same values.
#include <cmath>

#include "app/workbench/page/routing_views.h"
#include "tests/bench/times.h"
#include "tests/bench/watched_application.h"
#include "widgets/plot/routing_map_grid.h"
#include "widgets/support/qcustomplot.h"

using namespace moebel;
using bench::Times;

namespace
{

constexpr int kLanguages = 100, kLayers = 128, kExperts = 64;
constexpr int kFrames = 40;

double valueAt(int row, int column, int frame) { return 0.5 + 0.5 * std::sin(0.37 * row + 0.11 * column + 0.7 * frame); }

std::vector<std::vector<double>> values(int rows, int columns, int frame)
{
    std::vector<std::vector<double>> all(static_cast<std::size_t>(rows));
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) all[std::size_t(row)].push_back(valueAt(row, column, frame));
    return all;
}

RoutingMap map(int language, int frame)
{
    RoutingMap made;
    made.values = values(kLayers, kExperts, frame + 3 * language);
    made.counts = made.values;
    made.tokens = 4000;
    return made;
}

// What is queued is drawn.
void draw()
{
    for (int i = 0; i < 3; ++i) QCoreApplication::processEvents();
}

void show(QWidget& widget)
{
    widget.resize(1920, 1080);
    widget.show();
    draw();
}

// Sides alternate, so that what else the machine does meets both.
void oneMap(int rows, int columns)
{
    std::vector<HeatMap> frames;
    for (int frame = 0; frame < 4; ++frame)
        frames.push_back({QStringLiteral("a map"), {}, {}, {}, {}, {}, values(rows, columns, frame), {0, 1}, false});
    HeatMapWidget ours;
    show(ours);
    QCustomPlot theirs;
    auto* cells = new QCPColorMap(theirs.xAxis, theirs.yAxis);
    cells->setInterpolate(false);
    cells->setGradient(QCPColorGradient::gpHot);
    cells->setDataRange(QCPRange(0, 1));
    cells->data()->setSize(columns, rows);
    cells->data()->setRange(QCPRange(0, columns - 1), QCPRange(0, rows - 1));
    cells->rescaleAxes();
    show(theirs);
    Times ourTimes, theirTimes;
    for (int frame = 0; frame < kFrames; ++frame) {
        const HeatMap& next = frames[std::size_t(frame) % frames.size()];
        const bench::Stopwatch first;
        ours.setHeatMap(next);
        draw();
        ourTimes.add(first.spent());
        const bench::Stopwatch second;
        for (int row = 0; row < rows; ++row)
            for (int column = 0; column < columns; ++column)
                cells->data()->setCell(column, row, next.values[std::size_t(row)][std::size_t(column)]);
        theirs.replot(QCustomPlot::rpQueuedReplot);
        draw();
        theirTimes.add(second.spent());
    }
    const std::string size = std::to_string(rows) + " x " + std::to_string(columns);
    ourTimes.print("one map of " + size);
    theirTimes.print("  QCustomPlot's colour map, " + size);
    std::printf("  ratio of the processor times %.2f\n", theirTimes.processorMedian() / ourTimes.processorMedian());
}

void smallMultiples()
{
    std::vector<std::vector<TitledRoutingMap>> frames(3);
    for (int frame = 0; frame < int(frames.size()); ++frame)
        for (int language = 0; language < kLanguages; ++language)
            frames[std::size_t(frame)].push_back({map(language, frame), QStringLiteral("language %1").arg(language)});
    RoutingMapGrid grid;
    show(grid);
    grid.setMaps(frames[0], {0, 1});
    draw();
    int frame = 0;
    bench::timed(kFrames, [&] {
        grid.setMaps(frames[std::size_t(++frame) % frames.size()], {0, 1});
        draw();
    }).print("small multiples: 100 maps of 128 x 64, all new");
    int cell = 0;
    bench::timed(kFrames, [&] {
        grid.setCurrentCell(HeatMapCell{++cell % kLayers, 3});
        draw();
    }).print("small multiples: another cell is framed in all");
}

RoutingPicture picture(int frame)
{
    RoutingPicture made;
    made.stats = RoutingStats(std::vector<std::int64_t>(kLayers, kExperts), kLanguages);
    for (int language = 0; language < kLanguages; ++language) {
        const LanguageId id{language};
        made.languages.push_back({"x" + std::to_string(language), LanguageRole::Expanded});
        made.stats.tokens(id) = 4000;
        for (RoutingKind kind : kRoutingKinds)
            for (std::int64_t i = 0; i < made.stats.rowSize(); ++i)
                made.stats.row(kind, id)[i] = 4000 * valueAt(language, int(i), frame);
    }
    made.when = QStringLiteral("step %1").arg(frame);
    return made;
}

void views()
{
    RoutingViews all;
    show(all);
    const RoutingPicture pictures[] = {picture(0), picture(1)};
    constexpr const char* kTabs[] = {"one language", "all languages", "languages x layers", "table"};
    for (int tab = 0; tab < all.count(); ++tab) {
        all.setCurrentIndex(tab);
        int step = 0, language = 0;
        bench::timed(9, [&] {
            all.show(pictures[++step % 2], RoutingMeasure::MeanScore, 0);
            draw();
        }).print(std::string("routing views, ") + kTabs[tab] + ": another step");
        bench::timed(9, [&] {
            all.show(pictures[0], RoutingMeasure::MeanScore, ++language % kLanguages);
            draw();
        }).print(std::string("routing views, ") + kTabs[tab] + ": another language");
    }
}

}  // namespace

int main(int argc, char** argv)
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    bench::WatchedApplication application(argc, argv);
    oneMap(kLayers, kExperts);
    oneMap(20, 8);
    oneMap(kLayers, kLanguages * kExperts);
    smallMultiples();
    views();
    return 0;
}
