// The whole window with a run that is live: page switches, how long an event holds the GUI thread, and from a key to its
// paint while as many threads calculate as there are cores. Offscreen. bench_window [runs in the project] [steps before]
#include <QKeyEvent>
#include <QTemporaryDir>
#include <QWheelEvent>

#include "app/workbench/control/opening.h"
#include "app/workbench/page/live_page.h"
#include "app/workbench/page/page_table.h"
#include "app/workbench/window/main_window.h"
#include "tests/bench/many_runs.h"
#include "tests/bench/watched_application.h"
#include "tests/bench/worker_twin.h"
#include "widgets/plot/series_plot.h"

using namespace moebel;
using bench::timed;
using bench::Times;

namespace
{

bench::WatchedApplication& application() { return *static_cast<bench::WatchedApplication*>(qApp); }

void runFor(double seconds)
{
    const bench::Stopwatch watch;
    while (watch.spent().wall < 1e3 * seconds) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 20);
}

void draw()
{
    for (int i = 0; i < 3; ++i) QCoreApplication::processEvents();
}

void switches(MainWindow& window)
{
    std::map<std::string, Times> times;
    for (int round = 0; round < 8; ++round)
        for (const PageEntry& page : pageTable()) {
            const bench::Stopwatch watch;
            window.showPage(page.id);
            draw();
            times[page.word].add(watch.spent());
            runFor(0.15);
        }
    for (const auto& [page, spent] : times) spent.print("switch to " + page);
}

void held(MainWindow& window, double seconds)
{
    for (const PageEntry& page : pageTable()) {
        window.showPage(page.id);
        runFor(2);
        application().restart();
        runFor(seconds);
        application().held().print(std::string("an event, page ") + page.word);
        application().printLongest(4);
    }
}

// A key on the plot moves its crosshair; painted is what came back from the window's update.
void inputToPaint(MainWindow& window)
{
    window.showPage(PageId::Live);
    runFor(2);
    auto* plot = window.findChild<LivePage*>()->findChild<SeriesPlot*>();
    plot->setFocus();
    Times keys, wheels;
    for (int i = 0; i < 150; ++i) {
        const int before = application().paints();
        const bench::Stopwatch watch;
        if (i % 2) {
            QCoreApplication::postEvent(
                plot, new QKeyEvent(QEvent::KeyPress, i % 20 == 1 ? Qt::Key_End : Qt::Key_Left, Qt::NoModifier));
        } else {
            const QPointF at(0.5 * plot->width(), 0.25 * plot->height());
            QWidget* target = plot->childAt(at.toPoint());
            QCoreApplication::postEvent(target, new QWheelEvent(at, plot->mapToGlobal(at), {}, {0, i % 4 ? 120 : -120},
                                                                Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false));
        }
        while (application().paints() == before && watch.spent().wall < 500)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 5);
        (i % 2 ? keys : wheels).add(watch.spent());
        runFor(0.017 * (1 + i % 3));
    }
    keys.print("from a key to its paint");
    wheels.print("from the wheel to its paint");
}

}  // namespace

int main(int argc, char** argv)
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    bench::WatchedApplication app(argc, argv);
    QTemporaryDir folder;
    const auto sub = [&](const char* name) {
        QDir(folder.path()).mkdir(QString::fromLatin1(name));
        return folder.filePath(QString::fromLatin1(name));
    };
    for (const char* name : {"XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"}) qputenv(name, sub(name).toLocal8Bit());
    const QString project = sub("project");
    const int count = argc > 1 ? std::atoi(argv[1]) : 200;
    const std::int64_t before = argc > 2 ? std::atoll(argv[2]) : 20'000;
    bench::writeManyRuns(project.toStdString(), count);
    const Experiment experiment = test::madeUpExperiment();
    RunRecord record;
    record.device = thisMachine();
    const auto run = createRun((project + QStringLiteral("/runs")).toStdString(), experiment, "{}", "live", record);
    if (!run) bench::stop(run.error().message);
    const bench::WorkerTwin worker(*run, experiment, before, 50);

    MainWindow window{WorkbenchOptions{}};
    window.resize(1280, 800);
    window.open(*inspectPath(QString::fromStdString(run->path.string())));
    window.show();
    runFor(3);
    std::printf("%d runs, one of them live with %lld steps before and 50 a second\n", count + 1,
                static_cast<long long>(before));
    switches(window);
    held(window, 10);
    {
        const bench::Busy busy(std::thread::hardware_concurrency());
        inputToPaint(window);
    }
    return 0;
}
