// Heat maps of 100 languages x 128 layers x 64 experts, every cell new in each frame: how long until they are on the screen.
// Offscreen, 1920 x 1080. Beside it QCustomPlot's own colour map (setCell for every cell, one replot) with the same values.
// bench_heat_map [map | grid | views]
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

// What is queued is drawn; a frame that nothing was painted for does not count as fast.
void draw()
{
    for (int i = 0; i < 3; ++i) QCoreApplication::processEvents();
}

template <typename Work>
bench::Spent frame(Work work)
{
    const auto* application = static_cast<const bench::WatchedApplication*>(qApp);
    const int before = application->paints();
    const bench::Stopwatch watch;
    work();
    draw();
    const bench::Spent spent = watch.spent();
    if (application->paints() == before) {
        std::fprintf(stderr, "a frame was not painted\n");
        std::exit(1);
    }
    return spent;
}

template <typename Work>
Times frames(int count, Work work)
{
    Times times;
    for (int i = 0; i < count; ++i) times.add(frame(work));
    return times;
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
    std::vector<HeatMap> moments;
    for (int moment = 0; moment < 4; ++moment)
        moments.push_back({QStringLiteral("a map"), {}, {}, {}, {}, {}, values(rows, columns, moment), {0, 1}, false});
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
    for (int turn = 0; turn < kFrames; ++turn) {
        const HeatMap& next = moments[std::size_t(turn) % moments.size()];
        ourTimes.add(frame([&] { ours.setHeatMap(next); }));
        theirTimes.add(frame([&] {
            for (int row = 0; row < rows; ++row)
                for (int column = 0; column < columns; ++column)
                    cells->data()->setCell(column, row, next.values[std::size_t(row)][std::size_t(column)]);
            theirs.replot(QCustomPlot::rpQueuedReplot);
        }));
    }
    const std::string size = std::to_string(rows) + " x " + std::to_string(columns);
    ourTimes.print("one map of " + size);
    theirTimes.print("  QCustomPlot's colour map, " + size);
    std::printf("  ratio of the processor times %.2f\n", theirTimes.processorMedian() / ourTimes.processorMedian());
}

void smallMultiples()
{
    std::vector<std::vector<RoutingMap>> moments(3);
    QStringList titles;
    for (int language = 0; language < kLanguages; ++language) titles << QStringLiteral("language %1").arg(language);
    for (int moment = 0; moment < int(moments.size()); ++moment)
        for (int language = 0; language < kLanguages; ++language) moments[std::size_t(moment)].push_back(map(language, moment));
    RoutingMapGrid grid;
    show(grid);
    grid.setMaps(moments[0], titles, {0, 1});
    draw();
    int next = 0;
    frames(kFrames, [&] {
        grid.setMaps(moments[std::size_t(++next) % moments.size()], titles, {0, 1});
    }).print("small multiples: 100 maps of 128 x 64, all new");
    frames(kFrames, [&] {
        grid.setCurrentCell(HeatMapCell{++next % kLayers, 3});
    }).print("small multiples: another cell is framed in all");
}

std::shared_ptr<const RoutingPicture> picture(int frame)
{
    RoutingPicture made;
    made.stats = RoutingStats(std::vector<std::int64_t>(kLayers, kExperts), kLanguages);
    for (int language = 0; language < kLanguages; ++language) {
        const LanguageId id{language};
        made.languages.push_back({std::string("x") + std::to_string(language), LanguageRole::Expanded});
        made.stats.tokens(id) = 4000;
        for (RoutingKind kind : kRoutingKinds)
            for (std::int64_t i = 0; i < made.stats.rowSize(); ++i)
                made.stats.row(kind, id)[i] = 4000 * valueAt(language, int(i), frame);
    }
    made.when = QStringLiteral("step %1").arg(frame);
    return std::make_shared<const RoutingPicture>(std::move(made));
}

void untilShown(const Jobs& jobs)
{
    while (jobs.busy()) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 5);
    draw();
}

void views(bench::WatchedApplication& application)
{
    Jobs jobs;
    RoutingViews all(jobs);
    show(all);
    const std::shared_ptr<const RoutingPicture> pictures[] = {picture(0), picture(1)};
    for (int tab = 0; tab < all.count(); ++tab) {
        const std::string name = "routing views, " + all.tabText(tab).remove(QLatin1Char('&')).toStdString();
        all.setCurrentIndex(tab);
        draw();
        application.restart();
        int step = 0, language = 0;
        bench::timed(9, [&] {
            all.show(pictures[++step % 2], RoutingMeasure::MeanScore, 0);
            untilShown(jobs);
        }).print(name + ": another step");
        application.held().print("  an event of the GUI thread while it came");
        application.restart();
        bench::timed(9, [&] {
            all.show(pictures[0], RoutingMeasure::MeanScore, ++language % kLanguages);
            draw();
        }).print(name + ": another language");
    }
}

}  // namespace

int main(int argc, char** argv)
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    bench::WatchedApplication application(argc, argv);
    const QString part = QString::fromLocal8Bit(argc > 1 ? argv[1] : "all");
    const auto wanted = [&part](const char* name) { return part == QLatin1String("all") || part == QLatin1String(name); };
    if (wanted("map")) {
        oneMap(kLayers, kExperts);
        oneMap(20, 8);
        oneMap(kLayers, kLanguages * kExperts);
    }
    if (wanted("grid")) smallMultiples();
    if (wanted("views")) views(application);
    return 0;
}
