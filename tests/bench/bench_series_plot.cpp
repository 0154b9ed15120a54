// What it costs to draw a run's curves again and to take in what came of it, in milliseconds. Offscreen.
#include <QApplication>
#include <cmath>
#include <random>

#include "app/workbench/control/run_history.h"
#include "tests/bench/times.h"
#include "widgets/plot/series_plot.h"
#include "widgets/plot/series_table_model.h"
#include "widgets/support/qcustomplot.h"

using namespace moebel;
using bench::timed;

namespace
{

std::shared_ptr<SeriesColumn> noise(std::int64_t points, std::uint32_t seed)
{
    auto column = std::make_shared<SeriesColumn>();
    std::mt19937 engine(seed);
    std::normal_distribution<double> normal;
    for (std::int64_t step = 1; step <= points; ++step)
        column->append(step, 5 + std::sin(double(step) * 1e-4) + 0.2 * normal(engine));
    return column;
}

// A step that all curves have grown by, as a live run tells it, then what is drawn of it.
void growth(const QList<PlotRow>& rows, const std::string& what)
{
    SeriesTableModel table;
    table.setRows(rows);
    timed(15, [&] {
        for (const PlotRow& row : rows)
            for (const PlotSeries& series : row.series) {
                auto& column = const_cast<SeriesColumn&>(*series.data);
                column.append(column.steps.back() + 1, 5);
                const_cast<SeriesBlocks&>(*series.blocks).follow(column);
            }
        table.dataChanged();
    }).print(what + "one more step, with the table");
}

void drawing(int curves, std::int64_t points)
{
    QList<PlotRow> rows;
    for (int row = 0; row < 4; ++row) {
        PlotRow content{QStringLiteral("row %1").arg(row), {}, 1, {}};
        for (int curve = 0; curve < curves / 4; ++curve) {
            content.series << PlotSeries{
                QStringLiteral("%1/%2").arg(row).arg(curve),    {}, {0x0A756E, 0x92FFF3}, curve % 2 == 1, {}, {},
                noise(points, std::uint32_t(row * 100 + curve))};
            auto blocks = std::make_shared<SeriesBlocks>();  // as the reading of a run makes them
            blocks->follow(*content.series.last().data);
            content.series.last().blocks = std::move(blocks);
        }
        rows << content;
    }
    SeriesPlot plot;
    plot.resize(1000, 600);
    plot.setRows(rows);
    plot.show();
    auto* custom = plot.findChild<QCustomPlot*>();
    custom->replot();
    const std::string what = std::to_string(curves) + " curves of " + std::to_string(points) + " points: ";
    timed(15, [&] { custom->replot(); }).print(what + "redraw");
    std::int64_t step = 1;
    timed(15, [&] { plot.setCrosshair(step += points / 20); }).print(what + "crosshair");
    plot.setSmoothing(0.9);
    timed(15, [&] { custom->replot(); }).print(what + "redraw, being smoothed");
    while (custom->graph(2 * curves - 1)->data()->isEmpty() ||
           std::int64_t((custom->graph(2 * curves - 1)->data()->constEnd() - 1)->key) < points)
        custom->replot();
    timed(15, [&] { custom->replot(); }).print(what + "redraw, smoothed");
    growth(rows, what);
}

void history(std::int64_t points)
{
    RunReading reading;
    reading.whole = true;
    for (int metric = 0; metric < 20; ++metric) {
        ReadSeries series{{std::string("m") + std::to_string(metric), "", ""}, {}};
        for (std::int64_t step = 1; step <= points; ++step) series.points.append(step, double(step));
        series.blocks.follow(series.points);  // as readRun() does
        reading.series.push_back(std::move(series));
    }
    std::vector<RunReading> readings(15, reading);
    std::vector<RunHistory> taken(readings.size());  // letting go of them is not what is measured
    std::size_t next = 0;
    const std::string what = "20 metrics of " + std::to_string(points) + " points: ";
    timed(15, [&] {
        taken[next].take(std::move(readings[next]));
        ++next;
    }).print(what + "taken in");
    RunHistory known;
    known.take(std::move(reading));
    std::int64_t step = points;
    timed(15, [&] {
        StepFinished finished{0, ++step, {}};
        for (int metric = 0; metric < 20; ++metric)
            finished.metrics.push_back({std::string("m") + std::to_string(metric), "", "", 1.0});
        known.take(RunEvent(finished));
    }).print(what + "one more step");
}

}  // namespace

int main(int argc, char** argv)
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    for (std::int64_t points : {2'000, 20'000, 200'000, 1'000'000}) drawing(20, points);
    for (std::int64_t points : {2'000, 20'000, 200'000}) history(points);
    return 0;
}
