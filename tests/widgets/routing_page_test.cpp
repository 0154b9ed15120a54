// The Routing page on two made-up runs: its four views, measures, steps, differences, and what other pages look at.
#include "app/workbench/page/routing_page.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QSlider>
#include <QTabWidget>
#include <QToolButton>
#include <QtTest>

#include "app/workbench/page/expansion/routing_expansion_view.h"
#include "app/workbench/window/main_window.h"
#include "tests/support/made_up_run.h"
#include "tests/support/store_access.h"
#include "widgets/plot/routing_map_grid.h"
#include "widgets/support/export_menu.h"
#include "widgets/table/comparison_table.h"

using namespace moebel;

namespace
{

/// One number of a capture as somebody with his own SQL reads it: the sums of a language, [layer][expert] one behind the other.
double sumInDatabase(const RunFolder& run, std::int64_t step, int language, const char* kind, int at)
{
    const QString sql =
        QStringLiteral(
            "SELECT hex(sums) FROM routing_capture WHERE step = %1 AND split = 'evaluation' AND language = %2 AND kind = '%3'")
            .arg(step)
            .arg(language)
            .arg(QString::fromLatin1(kind));
    const QByteArray bytes = QByteArray::fromHex(fixture::OwnSql(run).column(sql.toUtf8().constData()).value(0).toLatin1());
    const auto width = bytes.size() >= qsizetype((at + 1) * sizeof(double)) ? sizeof(double) : sizeof(float);
    if (width == sizeof(float)) return -1;
    double value = 0;
    std::memcpy(&value, bytes.constData() + std::size_t(at) * sizeof(double), sizeof(double));
    return value;
}

QImage pixels(QWidget& widget) { return widget.grab().toImage().convertToFormat(QImage::Format_RGB32); }

}  // namespace

class RoutingPageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { m_views->setCurrentIndex(0); }
    void cleanupTestCase() { m_window.reset(); }
    void theMapShowsWhatTheDatabaseHolds();
    void allLanguagesShareOneScale();
    void languagesByLayersShowExpertZero();
    void ratioToTheFairShareIsOneWhereExpertsAreAlike();
    void differenceToAnEarlierStepAndToAnotherRun();
    void keyboardMovesTheCellInAllViewsAndTellsTheCounts();
    void playGoesThroughTheSteps();
    void anotherRunIsReadWhenThePageComesToTheFront();
    void theStepOfAnotherPageIsFollowed();
    void theTableHoldsTheSameNumbers();
    void everyViewIsExported();

private:
    template <typename Widget>
    Widget* find(const char* name) const
    {
        return m_page->findChild<Widget*>(QString::fromLatin1(name));
    }
    RoutingMapWidget* map() const { return qobject_cast<RoutingMapWidget*>(m_views->widget(0)); }
    RoutingMapGrid* grid() const { return qobject_cast<RoutingMapGrid*>(m_views->widget(1)); }
    HeatMapWidget* languages() const { return m_views->widget(2)->findChild<HeatMapWidget*>(); }
    void settle() { QTRY_VERIFY(!m_window->jobs().busy() && m_page->picture()); }
    void choose(const char* box, const QVariant& data)
    {
        auto* combo = find<QComboBox>(box);
        combo->setCurrentIndex(combo->findData(data));
        settle();
    }
    /// Where MOEBEL_TEST_PICTURES says, for eyes.
    void picture(const char* name)
    {
        const QString folder = qEnvironmentVariable("MOEBEL_TEST_PICTURES");
        QCoreApplication::processEvents();  // queued replots
        if (!folder.isEmpty()) m_window->grab().save(folder + "/" + name + ".png");
    }

    QTemporaryDir m_project;
    RunFolder m_run, m_other;
    std::unique_ptr<MainWindow> m_window;
    RoutingPage* m_page = nullptr;
    RoutingViews* m_views = nullptr;
};

void RoutingPageTest::initTestCase()
{
    const auto runs = std::filesystem::path(m_project.path().toStdString()) / "runs";
    m_run = test::writeMadeUpRun(runs, test::madeUpExperiment()).value();
    m_other = test::writeMadeUpRun(runs, test::madeUpExperiment(), {3, 3, 1, 2}).value();
    m_window = std::make_unique<MainWindow>(WorkbenchOptions{});
    m_window->resize(1180, 760);
    m_window->open({OpeningKind::Runs, m_project.path().toStdString(), {QString::fromStdString(m_run.id())}, {}});
    m_window->show();
    m_window->showPage(PageId::Routing);
    m_page = m_window->findChild<RoutingPage*>("routingPage");
    m_views = m_page->findChild<RoutingViews*>("routingViews");
    settle();
    QCOMPARE(m_page->picture()->when, "stage 2: review, step 100");
}

void RoutingPageTest::theMapShowsWhatTheDatabaseHolds()
{
    choose("language", "hi");
    const double tokens = m_page->picture()->stats.tokens(LanguageId{5});
    for (int expert = 0; expert < 3; ++expert) {
        QCOMPARE(map()->map().values[1][std::size_t(expert)], sumInDatabase(m_run, 100, 5, "soft-score", 3 + expert) / tokens);
        QCOMPARE(map()->map().counts[1][std::size_t(expert)], sumInDatabase(m_run, 100, 5, "count", 3 + expert));
    }
    QVERIFY(std::isnan(map()->map().values[2][0]));
    picture("routing-one-language");
}

void RoutingPageTest::allLanguagesShareOneScale()
{
    m_views->setCurrentIndex(1);
    QCOMPARE(grid()->count(), 6);
    for (int i = 0; i < 6; ++i) {
        const RoutingMap expected = routingMap(m_page->picture()->stats, LanguageId{i}, RoutingMeasure::MeanScore);
        QCOMPARE(grid()->at(i).map().values[3], expected.values[3]);
        QCOMPARE(grid()->at(i).map().counts, expected.counts);
        QCOMPARE(grid()->at(i).heatMap().scale.to, map()->heatMap().scale.to);
    }
    QVERIFY(grid()->at(4).heatMap().title.contains("(ar)"));
    picture("routing-all-languages");
    for (int i = 0; i < 6; ++i) {  // each as it is drawn alone
        const RoutingMapWidget& shown = grid()->at(i);
        RoutingMapWidget alone(nullptr, true);
        alone.resize(shown.size());
        alone.setMap(shown.map(), shown.heatMap().title, shown.heatMap().scale);
        alone.setCurrentCell(shown.currentCell());
        QVERIFY2(pixels(const_cast<RoutingMapWidget&>(shown)) == pixels(alone), qPrintable(shown.heatMap().title));
    }
}

void RoutingPageTest::languagesByLayersShowExpertZero()
{
    m_views->setCurrentIndex(2);
    const HeatMap& shown = languages()->heatMap();
    QCOMPARE(shown.rows(), 6);
    QCOMPARE(shown.values[0][3], meanScore(m_page->picture()->stats, LanguageId{0}, ExpertId{LayerId{3}, 0}));
    QVERIFY(std::isnan(shown.values[0][2]));
    choose("languageMeasure", int(LanguageMeasure::Entropy));
    QCOMPARE(languages()->heatMap().values[5][0],
             routingEntropy(m_page->picture()->stats, LanguageId{5}, LayerId{0}) / std::log(3.0));
    picture("routing-languages");
    choose("languageMeasure", int(LanguageMeasure::ExpertZeroScore));
}

void RoutingPageTest::ratioToTheFairShareIsOneWhereExpertsAreAlike()
{
    RoutingStats stats({3, 2}, 1);
    stats.tokens(LanguageId{0}) = 30;
    double* counts = stats.row(RoutingKind::Count, LanguageId{0});
    for (const double count : {20.0, 20.0, 20.0, 60.0, 0.0}) *counts++ = count;
    const RoutingMap ratio = routingMap(stats, LanguageId{0}, RoutingMeasure::FairShareRatio);
    QCOMPARE(ratio.values, (std::vector<std::vector<double>>{{1, 1, 1}, {2, 0}}));
    QCOMPARE(sharedScale({ratio}).centre, 1.0);
    choose("measure", int(RoutingMeasure::FairShareRatio));
    m_views->setCurrentIndex(1);
    picture("routing-ratio");
    QCOMPARE(grid()->at(0).heatMap().scale.centre, 1.0);
    choose("measure", int(RoutingMeasure::MeanScore));
}

void RoutingPageTest::differenceToAnEarlierStepAndToAnotherRun()
{
    m_views->setCurrentIndex(0);
    choose("language", "en");
    const RoutingStats now = m_page->picture()->stats;
    choose("reference", 0);  // the first capture of this text
    const RoutingStats then = fixture::readerOf(m_run).routing({0, 60, RoutingSplit::Evaluation}).value();
    const auto of = [](const RoutingStats& stats, int expert) {
        return meanScore(stats, LanguageId{0}, ExpertId{LayerId{0}, expert});
    };
    for (int expert = 0; expert < 3; ++expert)
        QCOMPARE(map()->map().values[0][std::size_t(expert)], of(now, expert) - of(then, expert));
    QCOMPARE(map()->heatMap().scale.centre, 0.0);
    picture("routing-difference");
    m_views->setCurrentIndex(2);
    picture("routing-languages-difference");
    m_views->setCurrentIndex(0);
    choose("reference", QString::fromStdString(m_other.path.string()));
    QVERIFY(std::isnan(map()->map().values[3][2]));  // the other run has two experts there
    QCOMPARE(map()->map().values[0][0], 0.0);
    choose("reference", -1);
    QVERIFY(!map()->map().isDifference);
}

void RoutingPageTest::keyboardMovesTheCellInAllViewsAndTellsTheCounts()
{
    map()->setFocus();
    QTest::keyClick(map(), Qt::Key_Up);
    QCOMPARE(map()->currentCell(), (HeatMapCell{3, 0}));
    QTest::keyClick(map(), Qt::Key_L);
    QTest::keyClick(map(), Qt::Key_J);
    QTest::keyClick(map(), Qt::Key_Down);
    QCOMPARE(map()->currentCell(), (HeatMapCell{1, 1}));
    QVERIFY(map()->accessibleDescription().startsWith("layer 1, expert 1: mean score"));
    QVERIFY(map()->accessibleDescription().endsWith("of 4,000 tokens"));
    m_views->setCurrentIndex(1);
    QCOMPARE(grid()->at(2).currentCell(), (HeatMapCell{1, 1}));
}

void RoutingPageTest::playGoesThroughTheSteps()
{
    auto* play = find<QToolButton>("play");
    auto* step = find<QSlider>("step");
    QCOMPARE(step->value(), step->maximum());
    play->click();
    QCOMPARE(step->value(), 0);
    QTRY_VERIFY(!play->isChecked());
    QCOMPARE(step->value(), step->maximum());
    settle();
}

void RoutingPageTest::anotherRunIsReadWhenThePageComesToTheFront()
{
    m_window->showPage(PageId::Runs);
    m_window->selection().focusOnStep(75);
    m_window->selection().chooseRun(m_other.id());
    settle();
    QCOMPARE(m_page->picture()->stats.experts().back(), std::int64_t(3));  // nobody looks at it
    m_window->showPage(PageId::Routing);
    QTRY_VERIFY(m_page->picture() && m_page->picture()->stats.experts().back() == 2);
    QTRY_COMPARE(m_page->picture()->when, "stage 1: post-pretraining, step 60");
    m_window->selection().chooseRun(m_run.id());
    QTRY_VERIFY(m_page->picture() && m_page->picture()->stats.experts().back() == 3);
    m_window->selection().focusOnStep(100);
    settle();
}

void RoutingPageTest::theStepOfAnotherPageIsFollowed()
{
    Selection& selection = m_window->selection();
    selection.focusOnStep(75);
    settle();
    QTRY_COMPARE(m_page->picture()->when, "stage 1: post-pretraining, step 60");
    selection.focusOnLanguage("ar");
    QCOMPARE(find<QComboBox>("language")->currentData().toString(), "ar");
    selection.focusOnStep(100);
    settle();
}

void RoutingPageTest::theTableHoldsTheSameNumbers()
{
    m_views->setCurrentIndex(4);
    auto* table = qobject_cast<ComparisonView*>(m_views->widget(4));
    QAbstractItemModelTester tester(table->model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
    QCOMPARE(table->model()->rowCount(), 4);
    QCOMPARE(table->comparison().table().rows[3].cells[2].value, map()->map().values[3][1]);
    QCOMPARE(table->comparison().table().rows[3].cells[3].value, map()->map().counts[3][1]);
    picture("routing-table");
}

void RoutingPageTest::everyViewIsExported()
{
    for (int view = 0; view < m_views->count(); ++view) {
        m_views->setCurrentIndex(view);
        const QString file = m_project.filePath(QStringLiteral("view%1").arg(view));
        if (view == 5) choose("expansionMeasure", int(RoutingExpansionView::Rounds));
        QTRY_VERIFY(m_views->exportMenu().save(file + ".csv").ok() && QFile(file + ".csv").size() > 40);
        if (view == 4) continue;
        QVERIFY(m_views->exportMenu().save(file + ".png").ok());
        QVERIFY(!QImage(file + ".png").isNull());
    }
    QVERIFY(!m_views->exportMenu().save("/nowhere/at/all.csv").ok());
}

QTEST_MAIN(RoutingPageTest)
#include "routing_page_test.moc"
