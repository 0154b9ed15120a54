// A project with 1,000 and with 10,000 runs on disk: reading it, listing it, and how soon the window shows it. Offscreen.
// bench_runs_list [count ...]
#include <QDir>
#include <QProcess>
#include <QTableView>
#include <QTemporaryDir>

#include "app/workbench/page/compare_page.h"
#include "app/workbench/page/runs_page.h"
#include "tests/bench/many_runs.h"
#include "tests/bench/watched_application.h"
#include "tests/support/page_world.h"

using namespace moebel;
using bench::timed;

namespace
{

void draw()
{
    for (int i = 0; i < 3; ++i) QCoreApplication::processEvents();
}

void untilRead(Jobs& jobs)
{
    while (jobs.busy()) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 20);
    draw();
}

std::shared_ptr<const ProjectContents> withOneChanged(const ProjectContents& project)
{
    auto changed = std::make_shared<ProjectContents>(project);
    RunSummary& run = changed->runs[changed->runs.size() / 2];
    ++run.status.step;
    return changed;
}

void model(const std::shared_ptr<const ProjectContents>& project)
{
    timed(9, [&] {
        RunListModel fresh;
        fresh.setProject(project);
    }).print("  model: listed");
    RunListModel model;
    model.setProject(project);
    std::shared_ptr<const ProjectContents> other[] = {project, withOneChanged(*project)};
    int turn = 0;
    timed(9, [&] { model.setProject(other[++turn % 2]); }).print("  model: read again, one run changed");
    for (int column : {int(RunListModel::Title), int(RunListModel::State), int(RunListModel::Loss), int(RunListModel::Kept)})
        timed(9, [&] {
            model.sort(column, ++turn % 2 ? Qt::AscendingOrder : Qt::DescendingOrder);
        }).print("  model: sorted by column " + std::to_string(column));
    model.sort(RunListModel::Created, Qt::DescendingOrder);
    const RunFilter filters[] = {parseRunFilter(QStringLiteral("state:finished 77")).filter, {}};
    timed(9, [&] { model.setFilter(filters[++turn % 2]); }).print("  model: filtered and not");
}

// The pages that show all runs, without a window around them.
template <typename Page>
void page(const char* name, const std::filesystem::path& folder, const std::string& other)
{
    test::PageWorld world;
    Page page(world.context);
    page.resize(1280, 800);
    page.show();
    world.selection.openProject(folder);
    untilRead(world.jobs);
    bench::WatchedApplication& application = *static_cast<bench::WatchedApplication*>(qApp);
    application.restart();
    for (int i = 0; i < 9; ++i) {
        world.selection.refresh();
        untilRead(world.jobs);
    }
    application.held().print(std::string("  ") + name + ": an event while the project is read again");
    application.printLongest(2);
    std::string ids[] = {world.selection.run()->id, other};
    int turn = 0;
    timed(9, [&] {
        world.selection.chooseRun(ids[++turn % 2]);
        draw();
    }).print(std::string("  ") + name + ": another run is chosen");
}

// A project that was never opened before: rows come while it is read.
void firstRows(const std::filesystem::path& folder)
{
    std::filesystem::remove(folder / "project.sqlite");
    test::PageWorld world;
    RunsPage page(world.context);
    page.resize(1280, 800);
    page.show();
    draw();
    bench::WatchedApplication& application = *static_cast<bench::WatchedApplication*>(qApp);
    application.restart();
    const bench::Stopwatch watch;
    world.selection.openProject(folder);
    while (world.selection.project().runs.empty()) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 5);
    draw();
    std::printf("  runs page, no index yet: %zu rows after %.0f ms", world.selection.project().runs.size(), watch.spent().wall);
    untilRead(world.jobs);
    std::printf(", all %zu after %.0f ms\n", world.selection.project().runs.size(), watch.spent().wall);
    application.held().print("  runs page, no index yet: an event while they come");
}

void window(const QString& project)
{
    const QString program = QCoreApplication::applicationDirPath() + QStringLiteral("/../bin/moebel-workbench");
    if (!QFile::exists(program))
        return std::printf("  no moebel-workbench beside this program: time to window not measured\n"), void();
    const QString picture = project + QStringLiteral("/window.png");
    timed(5, [&] {
        QProcess process;
        process.start(program, {project, QStringLiteral("--screenshot"), QStringLiteral("runs"), picture});
        if (!process.waitForFinished(60'000) || process.exitCode() != 0) bench::stop("moebel-workbench failed");
    }).print("  moebel-workbench, from its start to its picture on disk");
    QFile::remove(picture);
}

void measure(int count)
{
    QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    const std::vector<RunFolder> runs = bench::writeManyRuns(path, count);
    std::printf("%d runs\n", count);
    timed(1, [&] { readProject(path); }).print("  the project is read, no index yet");
    firstRows(path);
    timed(7, [&] { readProject(path); }).print("  the project is read, with its index");
    const auto project = std::make_shared<const ProjectContents>(readProject(path));
    model(project);
    const std::string other = runs[runs.size() / 2].id();
    page<RunsPage>("runs page", path, other);
    page<ComparePage>("compare page", path, other);
    window(folder.path());
}

}  // namespace

int main(int argc, char** argv)
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    bench::WatchedApplication application(argc, argv);
    QTemporaryDir state;
    for (const char* name : {"XDG_STATE_HOME", "XDG_CONFIG_HOME"}) qputenv(name, state.path().toLocal8Bit());
    std::vector<int> counts;
    for (int i = 1; i < argc; ++i) counts.push_back(std::atoi(argv[i]));
    if (counts.empty()) counts = {1'000, 10'000};
    for (int count : counts) measure(count);
    return 0;
}
