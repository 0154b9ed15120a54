// A person's way through the window with the real program behind it: an empty window, a new project, set up, start, watch, stop,
// resume, explore, compare two runs, export; and a window that is killed again and again while a run goes on.
#include <QAbstractButton>
#include <QAction>
#include <QClipboard>
#include <QFileDialog>
#include <QJsonArray>
#include <QLineEdit>
#include <QLocale>
#include <QMenu>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>
#include <QTemporaryDir>
#include <QtTest>
#include <cstring>
#include <random>

#include "app/workbench/control/run_list_model.h"
#include "app/workbench/page/compare_page.h"
#include "app/workbench/page/compare_routing.h"
#include "app/workbench/page/experiment_page.h"
#include "app/workbench/page/live_page.h"
#include "app/workbench/page/routing_page.h"
#include "app/workbench/window/main_window.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"
#include "moebel/store/run_store.h"
#include "tests/support/journey_experiment.h"
#include "tests/support/moebel_process.h"
#include "tests/support/store_access.h"
#include "widgets/plot/routing_map_widget.h"
#include "widgets/plot/series_plot.h"
#include "widgets/support/export_menu.h"
#include "widgets/table/comparison_table.h"
#include "widgets/text/toml_editor.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

constexpr int kPatience = 120'000;
constexpr int kKills = 10;

std::vector<MetricPoint> points(const RunFolder& run, const char* metric, const char* language = "")
{
    return RunReader::open(run)->series(metric, language)->points;
}

std::string lastWeights(const RunFolder& run)
{
    const auto checkpoints = RunReader::open(run)->checkpoints().value();
    return sha256OfFile(run.path / checkpoints.back().folder / "model.safetensors").value();
}

}  // namespace

class WindowJourneyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_window.reset(); }
    void anEmptyWindowLeadsToANewProject();
    void anExperimentIsSetUpAndStarted();
    void theRunIsWatchedStoppedAndResumed();
    void anotherSeedIsStarted();
    void runsPageShowsWhatShowAndSqlSay();
    void livePageShowsWhatSqlSays();
    void comparePageShowsWhatShowAndSqlSay();
    void routingPageShowsWhatShowAndSqlSay();
    void theRoutingOfTwoRunsIsCompared();
    void copiedCommandsGiveTheNumbersThatAreSeen();
    void tablesAndMapsAreExportedByTheMenu();
    void killingTheWindowChangesNothingInARun();

private:
    void wholeHistoryIsShown(const RunFolder& run) const;

    template <typename Widget>
    Widget* find(const char* name) const
    {
        return m_window->findChild<Widget*>(QString::fromLatin1(name));
    }
    void click(const char* button) const { QTest::mouseClick(find<QAbstractButton>(button), Qt::LeftButton); }
    void clickTab(const char* tabs, const QString& title) const;
    void typeFile(const char* dialog, const QString& file) const;
    void waitForRun(std::size_t count);
    QJsonObject answerTo(ExportMenu& exports) const;
    QJsonObject shown() const { return call({"show", QString::fromStdString(m_run.path), "--json"}).json(); }
    QList<double> sql(const QByteArray& query) const { return fixture::OwnSql(m_run).numbers(query); }
    static QString number(double value, int decimals) { return QLocale().toString(value, 'f', decimals); }
    RunState state() const { return runStatus(m_run).state; }

    QTemporaryDir m_folder;
    QString m_project, m_experiment;
    std::unique_ptr<MainWindow> m_window;
    RunFolder m_run, m_other;
};

void WindowJourneyTest::initTestCase()
{
    const QString home = m_folder.path();
    QDir(home).mkdir("run");
    QFile::setPermissions(home + "/run", QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    qputenv("XDG_RUNTIME_DIR", (home + "/run").toUtf8());
    for (const char* name : {"XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"})
        qputenv(name, (home + "/" + name).toUtf8());
    qputenv("PATH", QByteArray(MOEBEL_BIN_DIR) + ":" + qgetenv("PATH"));
    m_project = home + "/projects/one";
    m_experiment = m_project + "/experiment.toml";
    m_window = std::make_unique<MainWindow>(WorkbenchOptions{});
    m_window->resize(1280, 800);
    m_window->show();
}

void WindowJourneyTest::clickTab(const char* tabs, const QString& title) const
{
    QTabBar* bar = find<QTabWidget>(tabs)->tabBar();
    for (int i = 0; i < bar->count(); ++i)
        if (bar->tabText(i).remove('&') == title) QTest::mouseClick(bar, Qt::LeftButton, {}, bar->tabRect(i).center());
    QCOMPARE(bar->tabText(bar->currentIndex()).remove('&'), title);
}

// As a person pastes it into the dialog: letter by letter, the dialog's own completion would answer the Return.
void WindowJourneyTest::typeFile(const char* dialog, const QString& file) const
{
    QTRY_VERIFY(find<QFileDialog>(dialog));
    auto* name = find<QFileDialog>(dialog)->findChild<QLineEdit*>("fileNameEdit");
    name->setFocus();
    name->selectAll();
    QGuiApplication::clipboard()->setText(file);
    QTest::keySequence(name, QKeySequence::Paste);
    QTest::keyClick(name, Qt::Key_Return);
    QTRY_VERIFY(!find<QFileDialog>(dialog));
}

// The newest one of so many is there, and chosen.
void WindowJourneyTest::waitForRun(std::size_t count)
{
    const std::filesystem::path runs = (m_project + "/runs").toStdString();
    QTRY_VERIFY_WITH_TIMEOUT(runsIn(runs).size() == count, kPatience);
    m_run = runsIn(runs).back();
    QTRY_VERIFY_WITH_TIMEOUT(m_window->selection().project().runs.size() == count, kPatience);
    m_window->selection().chooseRun(m_run.id());
}

void WindowJourneyTest::anEmptyWindowLeadsToANewProject()
{
    click("do.project.new");
    typeFile("newProjectDialog", m_project);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->page(), PageId::Experiment, kPatience);
    QVERIFY(QFile::exists(m_project + "/project.toml"));
    QVERIFY(m_window->selection().project().runs.empty());
}

void WindowJourneyTest::anExperimentIsSetUpAndStarted()
{
    auto* editor = find<TomlEditor>("experimentText");
    editor->setFocus();
    QTest::keySequence(editor, QKeySequence::SelectAll);
    QGuiApplication::clipboard()->setText(QString::fromUtf8(kJourneyExperiment).replace("seed = 3", "seed = 4"));
    QTest::keySequence(editor, QKeySequence::Paste);
    QTRY_VERIFY_WITH_TIMEOUT(find<ExperimentPage>("experimentPage")->document().experiment().title == "journey", kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(find<QAbstractButton>("startButton")->isEnabled(), kPatience);
    click("startButton");
    waitForRun(1);
    QVERIFY(QFile::exists(m_experiment));
    QVERIFY(readFile(m_run.experimentFile()).value().find("seed = 4") != std::string::npos);
}

void WindowJourneyTest::theRunIsWatchedStoppedAndResumed()
{
    m_window->showPage(PageId::Live);
    auto* page = find<LivePage>("livePage");
    auto* plot = page->findChild<SeriesPlot*>();
    const auto drawn = [&] { return plot->drawn("language-model-loss/").size(); };
    QTRY_VERIFY_WITH_TIMEOUT(page->feed().attached() && drawn() > 20, kPatience);
    click("stop");
    QTRY_COMPARE_WITH_TIMEOUT(state(), RunState::Stopped, kPatience);
    const std::size_t stopped = points(m_run, "loss").size();
    QVERIFY(stopped > 20 && stopped < 400);
    QTRY_VERIFY_WITH_TIMEOUT(page->findChild<QAbstractButton*>("resume")->isEnabled(), kPatience);
    click("resume");
    QTRY_COMPARE_WITH_TIMEOUT(state(), RunState::Finished, kPatience);
    QCOMPARE(points(m_run, "loss").size(), std::size_t(400));
    const auto shown = [&] { return page->feed().history().column({"loss", {}}); };
    QTRY_VERIFY_WITH_TIMEOUT(shown() && shown()->size() == 400, kPatience);
    for (std::size_t i = 0; i < 400; ++i) QCOMPARE(shown()->values[i], points(m_run, "loss")[i].value);
}

void WindowJourneyTest::anotherSeedIsStarted()
{
    m_other = m_run;
    m_window->showPage(PageId::Experiment);
    auto* seed = find<QWidget>("seed")->findChild<QLineEdit*>();
    QVERIFY(seed);
    seed->setFocus();
    seed->selectAll();
    QTest::keyClicks(seed, "5");
    QTest::keyClick(seed, Qt::Key_Return);
    QTRY_COMPARE(find<ExperimentPage>("experimentPage")->document().experiment().seed.value, std::uint64_t(5));
    QTRY_VERIFY_WITH_TIMEOUT(find<QAbstractButton>("startButton")->isEnabled(), kPatience);
    click("startButton");
    waitForRun(2);
    QTRY_COMPARE_WITH_TIMEOUT(state(), RunState::Finished, kPatience);
    m_window->selection().refresh();
    QTRY_COMPARE_WITH_TIMEOUT(m_window->selection().run()->status.state, RunState::Finished, kPatience);
}

void WindowJourneyTest::runsPageShowsWhatShowAndSqlSay()
{
    m_window->showPage(PageId::Runs);
    m_window->selection().refresh();
    const auto* table = find<QTableView>("runsTable");
    const QJsonObject forgetting = shown()["forgetting"].toObject();
    const auto cell = [&](int column) { return table->model()->index(0, column).data().toString(); };
    QTRY_COMPARE_WITH_TIMEOUT(cell(RunListModel::OriginalBits), number(forgetting["original"][2].toDouble(), 3), kPatience);
    QCOMPARE(cell(RunListModel::ExpandedBits), number(forgetting["expanded"][2].toDouble(), 3));
    QVERIFY(cell(RunListModel::Restored).contains(number(100 * forgetting["restored"].toDouble(), 1)));
    QVERIFY(cell(RunListModel::Kept).contains(number(100 * forgetting["kept"].toDouble(), 1)));
    const char* mean =
        "SELECT avg(value) FROM v_score WHERE boundary = 1 AND metric = 'bits-per-byte' AND "
        "checkpoint = 'review' AND role = 'original'";
    QCOMPARE(number(sql(mean).front(), 3), cell(RunListModel::OriginalBits));
}

void WindowJourneyTest::livePageShowsWhatSqlSays()
{
    m_window->showPage(PageId::Live);
    const auto& history = find<LivePage>("livePage")->feed().history();
    QTRY_VERIFY_WITH_TIMEOUT(history.column({"loss", {}}), kPatience);
    for (const auto& [metric, language] :
         {std::pair("loss", ""), std::pair("gradient-norm", ""), std::pair("bits-per-byte", "ba")}) {
        const auto column = history.column({metric, language});
        QVERIFY2(column, metric);
        const QByteArray query = QStringLiteral(
                                     "SELECT value FROM v_metric WHERE name = '%1' AND language = '%2' "
                                     "ORDER BY step")
                                     .arg(metric, language)
                                     .toUtf8();
        QCOMPARE(QList<double>(column->values.begin(), column->values.end()), sql(query));
    }
}

void WindowJourneyTest::comparePageShowsWhatShowAndSqlSay()
{
    m_window->showPage(PageId::Compare);
    QTRY_COMPARE_WITH_TIMEOUT(find<ComparePage>("comparePage")->runs().size(), std::size_t(2), kPatience);
    QCOMPARE(find<ComparePage>("comparePage")->runs().front().id, m_run.id());
    const ComparisonTable& scores = find<ComparisonView>("scores")->comparison().table();
    int compared = 0;
    for (const QJsonValue& value : shown()["scores"].toArray()) {
        if (value["metric"].toString() != "bits-per-byte") continue;
        const QString language = value["language"].toString(), checkpoint = value["checkpoint"].toString();
        for (const ComparisonRow& row : scores.rows)
            for (qsizetype column = 0; column < 3; ++column) {  // those of the baseline
                if (!row.title.contains(language) || !scores.columns[column].endsWith('\n' + checkpoint)) continue;
                const QByteArray query = QStringLiteral(
                                             "SELECT value FROM v_score WHERE boundary = 1 AND metric = 'bits-per-byte' "
                                             "AND language = '%1' AND checkpoint = '%2'")
                                             .arg(language, checkpoint)
                                             .toUtf8();
                QCOMPARE(row.cells[std::size_t(column)].value, value["value"].toDouble());
                QCOMPARE(QList<double>{value["value"].toDouble()}, sql(query));
                ++compared;
            }
    }
    QCOMPARE(compared, 9);  // three languages at base, post-pretraining and review
}

void WindowJourneyTest::routingPageShowsWhatShowAndSqlSay()
{
    m_window->showPage(PageId::Routing);
    auto* page = find<RoutingPage>("routingPage");
    QTRY_VERIFY_WITH_TIMEOUT(page->picture() && !m_window->jobs().busy(), kPatience);
    int compared = 0;
    for (const QJsonValue& value : shown()["expert0"].toArray())
        for (std::size_t i = 0; i < page->picture()->languages.size(); ++i) {
            const std::string& code = page->picture()->languages[i].code;
            if (value["checkpoint"].toString() != "review" || value["language"].toString().toStdString() != code) continue;
            const int layer = value["layer"].toInt();
            const double mean = meanScore(page->picture()->stats, LanguageId{std::int32_t(i)}, {LayerId{layer}, 0});
            QCOMPARE(mean, value["mean_score"].toDouble());
            // float64 sums, layer by layer, three experts in each.
            const QByteArray where = "FROM v_routing WHERE split = 'evaluation' AND kind = 'soft-score' AND language = '" +
                                     QByteArray::fromStdString(code) + "' ORDER BY step DESC LIMIT 1";
            const QByteArray sums =
                QByteArray::fromHex(fixture::OwnSql(m_run).column("SELECT hex(sums) " + where).front().toUtf8());
            double sum = 0;
            std::memcpy(&sum, sums.constData() + layer * 3 * int(sizeof(double)), sizeof(double));
            QCOMPARE(mean, sum / sql("SELECT tokens " + where).front());
            ++compared;
        }
    QCOMPARE(compared, 6);
}

// The newest run less the other one, at the ends of their last stages.
void WindowJourneyTest::theRoutingOfTwoRunsIsCompared()
{
    m_window->showPage(PageId::Compare);
    clickTab("comparisons", "Routing");
    auto* routing = m_window->findChild<CompareRouting*>();
    const auto* map = qobject_cast<RoutingMapWidget*>(routing->views().widget(0));
    QTRY_VERIFY_WITH_TIMEOUT(map->map().isDifference && !m_window->jobs().busy(), kPatience);
    const auto statsOf = [](const RunFolder& run) { return RunReader::open(run)->routing({1, 400, RoutingSplit::Evaluation}).value(); };
    const RoutingStats shown = statsOf(m_other), baseline = statsOf(m_run);
    for (std::int32_t expert = 0; expert < 3; ++expert) {
        const ExpertId id{LayerId{1}, expert};
        QCOMPARE(map->map().values[1][std::size_t(expert)], meanScore(shown, LanguageId{0}, id) - meanScore(baseline, LanguageId{0}, id));
    }
    QCOMPARE(map->heatMap().scale.centre, 0.0);
}

// What `moebel` answers to the line that the menu copies.
QJsonObject WindowJourneyTest::answerTo(ExportMenu& exports) const
{
    exports.copyCommand();
    const QStringList words = QGuiApplication::clipboard()->text().split(' ');
    return words.first() == "moebel" ? call(words.mid(1)).json() : QJsonObject();
}

void WindowJourneyTest::copiedCommandsGiveTheNumbersThatAreSeen()
{
    m_window->showPage(PageId::Live);
    const auto* plot = find<LivePage>("livePage")->findChild<SeriesPlot*>();
    QTRY_VERIFY_WITH_TIMEOUT(!plot->rows().isEmpty() && !m_window->jobs().busy(), kPatience);
    const QJsonArray series = answerTo(plot->exportMenu())["series"].toArray();
    int points = 0, curves = 0;
    for (const PlotRow& row : plot->rows())
        for (const PlotSeries& shown : row.series) {
            const QJsonObject told = series[curves++].toObject();
            QCOMPARE(told["name"].toString() + '/' + told["language"].toString(), shown.id);
            for (std::size_t i = 0; i < shown.data->size(); ++i, ++points) {
                QCOMPARE(told["points"][qsizetype(i)][0].toInteger(), shown.data->steps[i]);
                QCOMPARE(told["points"][qsizetype(i)][1].toDouble(), shown.data->values[i]);
            }
        }
    QVERIFY(points > 1000 && curves == series.size());

    m_window->showPage(PageId::Routing);
    auto* page = find<RoutingPage>("routingPage");
    QTRY_VERIFY_WITH_TIMEOUT(page->picture() && !m_window->jobs().busy(), kPatience);
    const QJsonObject routing = answerTo(page->findChild<RoutingViews*>("routingViews")->exportMenu());
    const RoutingDivergence divergence = routingDivergence(page->picture()->stats, LanguageId{0}, page->picture()->halves);
    QVERIFY(divergence.fromHalves);
    QCOMPARE(routing["divergence"]["reference"].toString(), "aa");
    for (int i = 0; i < 3; ++i)
        for (int layer = 0; layer < 2; ++layer) {
            const QJsonValue told = routing["divergence"]["languages"][i]["layers"][layer];
            QCOMPARE(told["divergence"].toDouble(), divergence.normalised[std::size_t(i)][std::size_t(layer)]);
            const ExpertId expert{LayerId{layer}, 1};
            QCOMPARE(routing["languages"][i]["layers"][layer]["experts"][1]["mean_score"].toDouble(),
                     meanScore(page->picture()->stats, LanguageId{i}, expert));
        }
}

void WindowJourneyTest::tablesAndMapsAreExportedByTheMenu()
{
    m_window->showPage(PageId::Routing);
    auto* button = find<RoutingPage>("routingPage")->findChild<QToolButton*>("export");
    for (const char* ending : {"png", "svg", "pdf", "csv"}) {
        Q_EMIT button->menu()->aboutToShow();
        button->menu()->findChild<QAction*>(QStringLiteral("save.%1").arg(ending))->trigger();
        const QString file = m_folder.filePath(QStringLiteral("map.%1").arg(ending));
        typeFile("exportDialog", file);
        QTRY_VERIFY(QFile(file).size() > 100);
    }
    QVERIFY(find<ComparisonView>("scores")->comparison().csv().contains("review"));
}

// A window that is opened now has every step that was recorded before, and goes on with the live ones.
void WindowJourneyTest::wholeHistoryIsShown(const RunFolder& run) const
{
    const auto recorded = points(run, "loss");
    MainWindow window{WorkbenchOptions{}};
    window.show();
    window.open(*inspectPath(QString::fromStdString(run.path)));
    window.showPage(PageId::Live);
    const auto* page = window.findChild<LivePage*>("livePage");
    const auto shown = [&] { return page->feed().history().column({"loss", {}}); };
    QTRY_VERIFY_WITH_TIMEOUT(shown() && shown()->size() >= recorded.size(), kPatience);
    for (std::size_t i = 0; i < recorded.size(); ++i) QCOMPARE(shown()->values[i], recorded[i].value);
}

void WindowJourneyTest::killingTheWindowChangesNothingInARun()
{
    m_window.reset();
    const auto arguments = [&](const char* runs) {
        return QStringList{
            "run",    m_experiment,           "--set", "seed=5", "--set", "stage.0.tokens=512000", "--threads", "1",
            "--runs", m_folder.filePath(runs)};
    };
    QCOMPARE(call(arguments("undisturbed")).code, 0);
    const RunFolder undisturbed = runsIn(m_folder.filePath("undisturbed").toStdString()).front();
    Training training(arguments("disturbed"));
    const auto disturbed = [&] { return runsIn(m_folder.filePath("disturbed").toStdString()); };
    while (disturbed().empty() && training.running()) QTest::qWait(5);
    std::mt19937 random(std::random_device{}());
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("QT_QPA_PLATFORM", "offscreen");
    for (int kill = 0; kill < kKills; ++kill) {
        QProcess window;
        window.setProcessEnvironment(environment);
        window.start(QStringLiteral(MOEBEL_BIN_DIR "/moebel-workbench"), {QString::fromStdString(disturbed().front().path)});
        QVERIFY(window.waitForStarted());
        QTest::qWait(50 + int(random() % 700));
        window.kill();
        window.waitForFinished(-1);
        QVERIFY2(training.running(), "the run ended before the window was killed ten times; make it longer");
        if (kill % 3 == 0) wholeHistoryIsShown(disturbed().front());
    }
    QVERIFY2(training.waitForEnd() == 0, training.err().constData());
    const RunFolder run = disturbed().front();
    QCOMPARE(runStatus(run).state, RunState::Finished);
    QCOMPARE(lastWeights(run), lastWeights(undisturbed));
    for (const char* metric : {"loss", "gradient-norm", "prior-loss"})
        QVERIFY(points(run, metric) == points(undisturbed, metric));
    QVERIFY(points(run, "bits-per-byte", "ba") == points(undisturbed, "bits-per-byte", "ba"));
    wholeHistoryIsShown(run);
}

QTEST_MAIN(WindowJourneyTest)
#include "window_journey_test.moc"
