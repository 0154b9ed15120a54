// Two rounds of a lifelong expansion: the tree, the experts' rounds, who learned, who uses them.
#include "app/workbench/page/expansion/lineage_page.h"

#include <QAbstractItemModelTester>
#include <QTreeView>

#include "app/workbench/control/expansion/allocation_design.h"
#include "app/workbench/control/expansion/allocation_queue.h"
#include "tests/support/similarity_run.h"
#include "tests/support/window_world.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

Experiment secondRound()
{
    Experiment experiment = similarityExperiment();
    experiment.title = "Round two";
    experiment.base.kind = BaseKind::Run;
    experiment.base.path = "by-similarity";
    for (const char* code : {"ru", "de"}) experiment.languages.push_back({code, LanguageRole::Expanded});
    return experiment;
}

}  // namespace

class LineagePageTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_project;
    RunFolder m_first, m_second, m_alone;
    std::vector<std::int64_t> m_counts;
    std::unique_ptr<MainWindow> m_window;
    LineagePage* m_page = nullptr;

    QTreeView* tree() const { return m_page->findChild<QTreeView*>("lineageTree"); }

private Q_SLOTS:
    void initTestCase()
    {
        const std::filesystem::path runs = std::filesystem::path(m_project.path().toStdString()) / "runs";
        m_alone = writeMadeUpRun(runs, madeUpExperiment()).value();
        m_first = writeSimilarityRun(runs, similarityExperiment()).value();
        m_counts = (*RunReader::open(m_first)->allocation())->choice.experts;
        m_second = writeSimilarityRun(runs, secondRound(), m_first.id(), m_counts).value();
        WorkbenchOptions options;
        options.safeMode = true;
        m_window = std::make_unique<MainWindow>(options);
        m_window->resize(1280, 800);
        m_window->open({OpeningKind::Runs, m_project.path().toStdString(), {QString::fromStdString(m_second.id())}, {}});
        m_window->show();
        m_window->showPage(PageId::Lineage);
        m_page = m_window->findChild<LineagePage*>("lineagePage");
        QTRY_VERIFY(!m_page->experts().experts.empty());
        QTRY_VERIFY(!m_window->jobs().busy());
    }
    void cleanupTestCase() { m_window.reset(); }

    void theChildStandsBelowItsBaseRun()
    {
        QAbstractItemModelTester tester(tree()->model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
        QCOMPARE(tree()->model()->rowCount(), 1);  // a run without relatives is no lineage
        const QModelIndex root = tree()->model()->index(0, 0);
        QCOMPARE(root.data().toString(), QString("By similarity"));
        QCOMPARE(tree()->model()->rowCount(root), 1);
        const QModelIndex child = tree()->model()->index(0, 0, root);
        QCOMPARE(child.data().toString(), QString("Round two"));
        QVERIFY(child.siblingAtColumn(2).data().toString().contains("ru, de"));  // not those of round one
        QCOMPARE(tree()->currentIndex().row(), child.row());
        QCOMPARE(tree()->currentIndex().parent(), root);
    }

    void everyExpertTellsItsRoundAndWhetherItLearned()
    {
        const RunExperts& read = m_page->experts();
        QCOMPARE(read.rounds.last, 2);
        for (const ExpertFacts& expert : read.experts) {
            const int round = expert.expert == 0 ? 0 : expert.expert < m_counts[std::size_t(expert.layer)] ? 1 : 2;
            QCOMPARE(expert.round, round);
            QCOMPARE(expert.trained, round == 2);
            QCOMPARE(expert.origin, round == 0 ? ExpertOrigin::Original : round == 1 ? ExpertOrigin::Earlier : ExpertOrigin::Copy);
            QVERIFY(!expert.languages.empty());
            for (std::size_t i = 1; i < expert.languages.size(); ++i)
                QVERIFY(expert.languages[i - 1].second >= expert.languages[i].second);
        }
        const HeatMap& map = m_page->findChild<HeatMapWidget*>("roundMap")->heatMap();
        QCOMPARE(map.rows(), 4);
        QCOMPARE(std::int64_t(map.values[0].size()), (*RunReader::open(m_second)->allocation())->choice.experts[0]);
        QCOMPARE(map.values[0].back(), 2.0);
    }

    void theMapAndTheTableShowTheSameExpert()
    {
        auto* map = m_page->findChild<HeatMapWidget*>("roundMap");
        auto* table = m_page->findChild<ComparisonView*>("expertTable");
        QCOMPARE(table->model()->rowCount(), int(m_page->experts().experts.size()));
        map->setFocus();
        Q_EMIT map->cellChosen(HeatMapCell{1, 1});
        QCOMPARE(table->currentIndex().siblingAtColumn(0).data().toString(), QString("layer 1, expert 1"));
        QCOMPARE(m_window->selection().focus().layer, 1);
        table->selectRow(0);
        QCOMPARE(map->currentCell(), (HeatMapCell{0, 0}));
        picture("lineage");
    }

    void anotherRunOfTheTreeIsChosen()
    {
        tree()->setCurrentIndex(tree()->model()->index(0, 0));
        QTRY_COMPARE(m_window->selection().run()->id, m_first.id());
        QTRY_COMPARE(m_page->experts().rounds.last, 1);
        for (const ExpertFacts& expert : m_page->experts().experts) QCOMPARE(expert.trained, expert.expert > 0);
    }

    void theDesignerTakesEarlierLanguagesForOldOnes()
    {
        const AllocationEvidence evidence = evidenceOfRun(m_second);
        QCOMPARE(evidence.problem, QString());
        std::vector<std::string> added;
        for (const Language& language : evidence.languages)
            if (language.role == LanguageRole::Expanded) added.push_back(language.code);
        QCOMPARE(added, (std::vector<std::string>{"ru", "de"}));
        const LanguageSimilarity& pairs = evidence.similarity.pairs;
        QCOMPARE(evidence.similarity.layers[1].newNew, pairs.at(1, 6, 7));  // the pair of the two new ones
        QCOMPARE(evidence.present, m_counts);
        QCOMPARE(evidence.experiment->base.path, m_first.path.string());  // whatever its name means by now
        AllocationDesign design;
        design.setEvidence(evidence);
        const auto comparison = comparisonOf(design.candidates(), evidence, {});
        QVERIFY2(comparison.ok(), comparison ? "" : comparison.error().message.c_str());
        QCOMPARE(comparison->front().folder, m_project.path());  // where relative paths of the description start
    }

    void aBaseRunThatIsGoneLeavesTheRoundsOfItsExperts()
    {
        QTemporaryDir other;
        const std::filesystem::path runs = std::filesystem::path(other.path().toStdString()) / "runs";
        const auto orphan = writeSimilarityRun(runs, secondRound(), "20250101-000000-gone", m_counts);
        QVERIFY(orphan.ok());
        const ExpertRounds rounds = readRounds(*orphan);
        QCOMPARE(rounds.rounds[0][0], 0);
        QCOMPARE(rounds.rounds[0][1], 1);
        QCOMPARE(rounds.rounds[0][std::size_t(m_counts[0])], 2);
        const auto project = Project::open(other.path().toStdString());
        const auto lineage = readLineage(project->runs(), {});
        QCOMPARE(lineage.size(), std::size_t(2));
        QVERIFY(!lineage[0].there && lineage[0].id == "20250101-000000-gone");
    }

private:
    /// Where MOEBEL_TEST_PICTURES says, for eyes.
    void picture(const QString& name)
    {
        const QString folder = qEnvironmentVariable("MOEBEL_TEST_PICTURES");
        QTest::qWait(30);
        if (!folder.isEmpty()) m_window->grab().save(folder + "/" + name + ".png");
    }
};

QTEST_MAIN(LineagePageTest)
#include "lineage_page_test.moc"
