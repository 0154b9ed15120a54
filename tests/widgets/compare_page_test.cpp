// The Compare page on two runs of a project: what it shows is what run.sqlite holds.
#include "app/workbench/page/compare_page.h"

#include <sqlite3.h>

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QTabWidget>
#include <QtTest>

#include "app/workbench/page/compare_runs.h"
#include "app/workbench/page/compare_tables.h"
#include "app/workbench/window/main_window.h"
#include "tests/support/store_fixture.h"
#include "widgets/plot/series_plot.h"

using namespace moebel;

namespace
{

/// Of twelve documents with this mean; in Greek they are `spread` above it and below it in turns.
Score scored(const std::string& language, const std::string& checkpoint, std::int64_t step, double value, double spread)
{
    Score score = fixture::score(language, checkpoint, step, value);
    for (int i = 0; i < 12; ++i)
        score.items.push_back(
            {"document " + std::to_string(10 + i), value + (language == "el" ? i % 2 * 2 - 1 : 0) * spread, 100});
    return score;
}

/// A finished run of en and el with these scores at base, after stage 1 and after the review.
std::string writeRun(const std::filesystem::path& runs, const std::string& title, double priorWeight,
                     const std::vector<double>& en, const std::vector<double>& el)
{
    Experiment experiment = fixture::experiment(title);
    experiment.stages[1].priorWeight = priorWeight;
    RunRecord record;
    const RunFolder run = createRun(runs, experiment, "{}", "", record).value();
    const auto lock = RunLock::acquire(run);
    const auto writer = RunWriter::open(run);
    (*writer)->receive(RunStarted{run.id(), false, 0, 20, 1});
    const char* checkpoints[] = {"base", "post-pretraining", "review"};
    for (std::size_t i = 0; i < en.size(); ++i) {
        const auto step = std::int64_t(10 * i);
        if (i > 0)
            (*writer)->receive(StageStarted{
                std::int64_t(i - 1), i == 1 ? StageKind::PostPretraining : StageKind::Review, step - 10, 10, {3}, 2, 1});
        (*writer)->receive(
            StepFinished{std::int64_t(i) - 1,
                         step,
                         {{"bits-per-byte", "bits/byte", "en", en[i]}, {"bits-per-byte", "bits/byte", "el", el[i]}}});
        (*writer)->receive(EvaluationFinished{
            std::int64_t(i) - 1,
            step,
            true,
            {scored("en", checkpoints[i], step, en[i], 0), scored("el", checkpoints[i], step, el[i], 1 - 2 * priorWeight)}});
    }
    (*writer)->receive(RunFinished{20, 1});
    (void)(*writer)->flush();
    (void)writeExitRecord(run, {"finished", 0, 0, "", record.createdAt + 60});
    return run.id();
}

double sqlScore(const std::filesystem::path& database, const char* language, const char* checkpoint)
{
    sqlite3* connection = nullptr;
    sqlite3_open_v2(database.c_str(), &connection, SQLITE_OPEN_READONLY, nullptr);
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(connection,
                       "SELECT value FROM score WHERE language = ?1 AND checkpoint = ?2 AND metric = 'bits-per-byte'", -1,
                       &statement, nullptr);
    sqlite3_bind_text(statement, 1, language, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, checkpoint, -1, SQLITE_STATIC);
    const double value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_double(statement, 0) : std::nan("");
    sqlite3_finalize(statement);
    sqlite3_close(connection);
    return value;
}

}  // namespace

class ComparePageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_window.reset(); }
    void scoresAreThoseOfTheDatabase();
    void onlyDifferencesOfTheDescriptionAreShownUntilAsked();
    void anotherBaselineTurnsTheDifferencesAround();
    void aRunThatIsUntickedLeavesTheComparison();
    void curvesHaveOneLineARun();
    void tableIsCopiedAndExportedAtFullPrecision();
    void aDifferenceThatMayBeChanceIsNotColoured();
    void aDamagedRunIsListedAndCannotBeTicked();

private:
    template <typename Widget>
    Widget* find(const char* name) const
    {
        return m_page->findChild<Widget*>(QString::fromLatin1(name));
    }
    const ComparisonTable& table(const char* view) const { return find<ComparisonView>(view)->comparison().table(); }
    void settle()
    {
        QTRY_VERIFY(!m_window->jobs().busy());
        QCoreApplication::processEvents();
    }
    QListWidgetItem* item(const std::string& id) const
    {
        for (int row = 0; row < m_list->count(); ++row)
            if (m_list->item(row)->toolTip() == QString::fromStdString(id)) return m_list->item(row);
        return nullptr;
    }

    QTemporaryDir m_project;
    std::string m_first, m_second;
    std::unique_ptr<MainWindow> m_window;
    ComparePage* m_page = nullptr;
    CompareRuns* m_list = nullptr;
};

void ComparePageTest::initTestCase()
{
    const std::filesystem::path runs = m_project.filePath("runs").toStdString();
    std::filesystem::create_directories(runs / "20200101-000000-damaged");
    QFile broken(m_project.filePath("runs/20200101-000000-damaged/run.sqlite"));
    QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("no database") > 0);
    m_first = writeRun(runs, "with prior", 0.3, {2, 3, 2.125}, {5, 3, 3.25});
    m_second = writeRun(runs, "without", 0, {2, 3, 2.5}, {5, 3, 3.0625});
    m_window = std::make_unique<MainWindow>(WorkbenchOptions{});
    m_window->resize(1200, 700);
    m_window->open({OpeningKind::Runs, m_project.path().toStdString(), {QString::fromStdString(m_first)}, {}});
    m_window->show();
    m_window->showPage(PageId::Compare);
    m_page = m_window->findChild<ComparePage*>("comparePage");
    QVERIFY(m_page);
    m_list = find<CompareRuns>("comparedRuns");
    new QAbstractItemModelTester(const_cast<ComparisonModel*>(&find<ComparisonView>("scores")->comparison()),
                                 QAbstractItemModelTester::FailureReportingMode::Fatal, m_page);
    settle();
    QTRY_COMPARE(m_page->runs().size(), 2U);
}

void ComparePageTest::scoresAreThoseOfTheDatabase()
{
    QCOMPARE(m_list->chosen(), (QStringList{QString::fromStdString(m_first), QString::fromStdString(m_second)}));
    const ComparisonTable& scores = table("scores");
    QCOMPARE(scores.columns, (QStringList{"with prior\nbase", "with prior\npost-pretraining", "with prior\nreview",
                                          "without\nbase", "without\npost-pretraining", "without\nreview"}));
    const char* checkpoints[] = {"base", "post-pretraining", "review"};
    for (std::size_t column = 0; column < 6; ++column) {
        const auto database =
            std::filesystem::path(m_project.path().toStdString()) / "runs" / (column < 3 ? m_first : m_second) / "run.sqlite";
        QCOMPARE(scores.rows[0].cells[column].value, sqlScore(database, "en", checkpoints[column % 3]));
        QCOMPARE(scores.rows[2].cells[column].value, sqlScore(database, "el", checkpoints[column % 3]));
    }
    QCOMPARE(scores.rows[0].cells[5].difference, 0.375);
    QCOMPARE(scores.rows[4].cells[2].text, QLocale().toString(87.5, 'f', 1) + " %");  // restored
    QCOMPARE(scores.rows[5].cells[2].text, QLocale().toString(87.5, 'f', 1) + " %");  // kept
    QCOMPARE(scores.rows[5].cells[5].value, (5 - 3.0625) / 2);
}

void ComparePageTest::onlyDifferencesOfTheDescriptionAreShownUntilAsked()
{
    QStringList keys;
    for (const ComparisonRow& row : table("description").rows) keys << row.title;
    QVERIFY2(keys.contains("title") && keys.filter("prior_weight").size() == 1, qPrintable(keys.join(' ')));
    for (const ComparisonRow& row : table("description").rows) QVERIFY(row.cells[1].differs);
    const std::size_t differing = table("description").rows.size();
    find<QCheckBox>("differencesOnly")->click();
    QVERIFY(table("description").rows.size() > differing + 10);
    find<QCheckBox>("differencesOnly")->click();
    QCOMPARE(table("description").rows.size(), differing);
}

void ComparePageTest::anotherBaselineTurnsTheDifferencesAround()
{
    m_list->setCurrentItem(item(m_second));
    QTest::keyClick(m_list, Qt::Key_B);
    settle();
    QTRY_COMPARE(m_page->runs().front().id, m_second);
    QCOMPARE(table("scores").rows[0].cells[5].difference, -0.375);
    QVERIFY(m_list->currentItem()->text().contains("baseline"));
    m_list->setCurrentItem(item(m_first));
    QTest::keyClick(m_list, Qt::Key_B);
    settle();
    QTRY_COMPARE(m_page->runs().front().id, m_first);
}

void ComparePageTest::aRunThatIsUntickedLeavesTheComparison()
{
    m_list->setCurrentItem(item(m_second));
    QTest::keyClick(m_list, Qt::Key_Space);
    settle();
    QTRY_COMPARE(m_page->runs().size(), 1U);
    QCOMPARE(table("scores").columns.size(), 3);
    QTest::keyClick(m_list, Qt::Key_Space);
    settle();
    QTRY_COMPARE(m_page->runs().size(), 2U);
}

void ComparePageTest::curvesHaveOneLineARun()
{
    const auto* plot = m_page->findChild<SeriesPlot*>();
    QCOMPARE(plot->rows().size(), 2);
    QCOMPARE(plot->rows()[0].series.size(), 2);
    QCOMPARE(plot->rows()[1].series[1].data->values, (std::vector<double>{5, 3, 3.0625}));
    auto* language = find<QComboBox>("language");
    language->setCurrentIndex(language->findData("el"));
    settle();
    QCOMPARE(plot->rows().size(), 1);
    QCOMPARE(plot->rows()[0].series[0].data->values, (std::vector<double>{5, 3, 3.25}));
    language->setCurrentIndex(0);
}

void ComparePageTest::tableIsCopiedAndExportedAtFullPrecision()
{
    auto* view = find<ComparisonView>("scores");
    view->setFocus();
    view->selectRow(0);
    QTest::keySequence(view, QKeySequence::Copy);
    QCOMPARE(QGuiApplication::clipboard()->text().split('\t').last(), "2.5\n");
    const QStringList lines = view->comparison().csv().split('\n');
    QCOMPARE(lines[0].count(','), 9);  // the title, six values, three differences
    QVERIFY(lines[1].endsWith(",2.5,0.375"));
}

// English is worse in every document, Greek better in some and worse in others.
void ComparePageTest::aDifferenceThatMayBeChanceIsNotColoured()
{
    const ComparisonModel& scores = find<ComparisonView>("scores")->comparison();
    const QModelIndex english = scores.index(0, 6), greek = scores.index(2, 6);
    QCOMPARE(english.data(ComparisonModel::ShareRole).toDouble(), 1.0);
    QVERIFY2(english.data(Qt::ToolTipRole).toString().contains("12 documents: the difference is 0.3750"),
             qPrintable(english.data(Qt::ToolTipRole).toString()));
    QVERIFY(std::isnan(greek.data(ComparisonModel::ShareRole).toDouble()));
    QVERIFY(greek.data().toString().contains("\u22120.188"));
    QVERIFY(greek.data(Qt::ToolTipRole).toString().endsWith("It may be chance."));
    QVERIFY(!english.data(Qt::ToolTipRole).toString().endsWith("It may be chance."));
    QVERIFY(scores.index(0, 1).data(Qt::ToolTipRole).toString().isEmpty());  // the baseline itself
}

void ComparePageTest::aDamagedRunIsListedAndCannotBeTicked()
{
    QCOMPARE(m_list->count(), 3);
    int damaged = 0;
    for (int row = 0; row < m_list->count(); ++row)
        if (!(m_list->item(row)->flags() & Qt::ItemIsUserCheckable)) ++damaged;
    QCOMPARE(damaged, 1);
}

QTEST_MAIN(ComparePageTest)
#include "compare_page_test.moc"
