// An hour of a live run, fed as fast as it goes and drawn once a second of it: what the history, the plot, its legend and its
// table keep in memory.
// bench_live_memory [steps per second] [languages]
#include <QFile>
#include <QTableView>
#include <cmath>

#include "app/workbench/control/run_history.h"
#include "app/workbench/page/live_rows.h"
#include "tests/bench/watched_application.h"
#include "widgets/plot/series_legend.h"
#include "widgets/plot/series_plot.h"
#include "widgets/plot/series_table_model.h"

using namespace moebel;

namespace
{

constexpr int kSeconds = 3600, kDrawsPerSecond = 25;

double residentMegabytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly)) return 0;
    return file.readAll().split(' ').value(1).toDouble() * 4096 / 1e6;
}

std::vector<MetricValue> metricsAt(std::int64_t step, int languages)
{
    std::vector<MetricValue> metrics;
    const double value = 5 + std::sin(0.001 * double(step));
    for (const char* name : {"loss", "language-model-loss", "balance-loss", "gradient-norm", "tokens-per-second"})
        metrics.push_back({name, "", "", value});
    for (int i = 0; i < languages; ++i)
        metrics.push_back({"language-model-loss", "nats/token", std::string("x") + std::to_string(i), value});
    return metrics;
}

// What a second's reading of the record brings: the points since the last one.
RunReading reading(const RunHistory& history, std::int64_t from, std::int64_t to, int languages)
{
    RunReading read;
    read.record = history.record();
    read.languages = history.languages();
    for (const MetricValue& metric : metricsAt(0, languages))
        read.series.push_back({{metric.name, metric.language, metric.unit}, {}});
    for (std::int64_t step = std::max<std::int64_t>(1, from); step <= to; ++step) {
        const std::vector<MetricValue> metrics = metricsAt(step, languages);
        for (std::size_t i = 0; i < metrics.size(); ++i) read.series[i].points.append(step, metrics[i].value);
    }
    return read;
}

}  // namespace

int main(int argc, char** argv)
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    bench::WatchedApplication application(argc, argv);
    const int perSecond = argc > 1 ? std::atoi(argv[1]) : 5, languages = argc > 2 ? std::atoi(argv[2]) : 20;
    RunHistory history;
    RunReading first;
    first.whole = true;
    for (int i = 0; i < languages; ++i) first.languages.push_back({std::string("x") + std::to_string(i), LanguageRole::Expanded});
    history.take(first);
    SeriesPlot plot;
    SeriesLegend legend;
    SeriesTableModel table;
    plot.resize(1000, 600);
    plot.show();
    legend.show();
    std::int64_t step = 0;
    const double start = residentMegabytes();
    std::printf("at the start %8.1f MB resident\n", start);
    for (int second = 0; second < kSeconds; ++second) {
        const std::int64_t before = step;
        bool changed = false;
        for (int draw = 0; draw < kDrawsPerSecond; ++draw) {
            while (step < std::int64_t(second) * perSecond + (draw + 1) * perSecond / kDrawsPerSecond) {
                ++step;
                changed = history.take(RunEvent(StepFinished{0, step, metricsAt(step, languages)})) || changed;
            }
            if (changed || second % 600 == 599) {
                const QList<PlotRow> rows = liveRows(history);
                plot.setRows(rows);
                legend.setRows(rows);
                table.setRows(rows);
                changed = false;
            }
            plot.dataChanged();
            legend.showStep({});
        }
        QCoreApplication::processEvents();
        history.take(reading(history, before, step, languages));
        if (second % 600 == 599)
            std::printf("after %4d s  %8.1f MB resident, %lld points of 16 bytes are %.1f MB, %zu unconfirmed\n", second + 1,
                        residentMegabytes(), static_cast<long long>(step * (5 + languages)),
                        double(step) * (5 + languages) * 16e-6, history.unconfirmed());
        std::fflush(stdout);
    }
    return 0;
}
