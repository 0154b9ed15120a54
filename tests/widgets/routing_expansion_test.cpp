// What the Routing page says of classifiers and of rounds, and the base run that the Experiment page offers.
#include "app/workbench/control/expansion/routing_expansion.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>

#include "app/workbench/page/expansion/form_base_run.h"
#include "app/workbench/page/expansion/routing_expansion_view.h"
#include "app/workbench/page/routing_page.h"
#include "moebel/base/file.h"
#include "moebel/experiment/model_config.h"
#include "tests/support/group_run.h"
#include "tests/support/shown_experiment.h"
#include "tests/support/similarity_run.h"
#include "tests/support/window_world.h"
#include "widgets/support/named_tabs.h"

using namespace moebel;
using namespace moebel::test;
namespace fs = std::filesystem;

class RoutingExpansionTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_project;
    RunFolder m_run;

private Q_SLOTS:
    void initTestCase()
    {
        QLocale::setDefault(QLocale::c());
        const auto run = writeSimilarityRun((m_project.path() + "/runs").toStdString(), similarityExperiment());
        QVERIFY2(run.ok(), run.ok() ? "" : run.error().message.c_str());
        m_run = *run;
        const fs::path model = m_run.checkpoints() / "step-000100";  // its head is all that is read of it
        QVERIFY(makeDirectories(model) && writeFileAtomically(model / "config.json", configJson(ModelShape{}, {})));
    }

    void aClassifierIsRightOnWhatItSendsWhereItBelongs()
    {
        const Experiment experiment = similarityExperiment();
        const auto reader = RunReader::open(m_run);
        const RoutingStats stats = reader->routing({1, 100, RoutingSplit::Evaluation}).value();
        const RoutingExpansion expansion = readExpansion(m_run, {1, 100, RoutingSplit::Evaluation});
        QCOMPARE(expansion.classifierLayers.size(), std::size_t(2));
        const auto accuracy = classifierAccuracy(stats, experiment.languages, expansion.classifierLayers);
        const auto past = bypassShares(stats, experiment.languages, expansion.classifierLayers);
        QCOMPARE(accuracy.size(), experiment.languages.size());
        for (std::size_t i = 0; i < accuracy.size(); ++i) {
            const bool original = experiment.languages[i].role == LanguageRole::Original;
            for (std::size_t layer = 0; layer < 2; ++layer) {
                QCOMPARE(accuracy[i][layer], original ? 0.9 : 0.8);
                QCOMPARE(past[i][layer], original ? 0.9 : 0.2);
            }
        }
        QCOMPARE(bypassOf(LanguageRole::Original, stats, experiment.languages, expansion.classifierLayers), 0.9);
        QVERIFY(std::isnan(bypassOf(LanguageRole::Original, stats, experiment.languages, {})));
        QVERIFY(readExpansion(m_run, {0, 60, RoutingSplit::Evaluation}).classifierLayers.empty());  // it came with the review
    }

    void theRoutingPageShowsThem()
    {
        WorkbenchOptions options;
        options.safeMode = true;
        MainWindow window(options);
        window.resize(1280, 800);
        window.open({OpeningKind::Runs, m_project.path().toStdString(), {QString::fromStdString(m_run.id())}, {}});
        window.show();
        window.showPage(PageId::Routing, "expansion");
        auto* page = window.findChild<RoutingPage*>("routingPage");
        auto* view = page->findChild<RoutingExpansionView*>();
        QTRY_VERIFY(page->picture() && !window.jobs().busy() && view->map().heatMap().rows() == 6);
        QCOMPARE(view->map().heatMap().values[0][0], 0.9);
        QCOMPARE(view->map().heatMap().columns(), 2);
        const auto summary = view->findChild<QLabel*>("expansionSummary");
        QVERIFY2(summary->text().contains("90.0%") && summary->text().contains("20.0%"), qPrintable(summary->text()));
        picture(window, "routing-expansion");
        auto* measure = view->findChild<QComboBox*>("expansionMeasure");
        measure->setCurrentIndex(measure->findData(int(RoutingExpansionView::Rounds)));
        QCOMPARE(view->map().heatMap().rows(), 4);
        QCOMPARE(view->map().heatMap().values[0][0], 0.0);
        QCOMPARE(view->map().heatMap().values[0][1], 1.0);
        picture(window, "routing-rounds");
    }

    void theRoutersOfARunOfGroupsAreSeenAsClassifiers()
    {
        QTemporaryDir project;
        const auto run = writeGroupRun((project.path() + "/runs").toStdString());
        QVERIFY2(run.ok(), run.ok() ? "" : run.error().message.c_str());
        const RoutingExpansion expansion = readExpansion(*run, {1, 100, RoutingSplit::Evaluation});
        QCOMPARE(expansion.groups, kFamilies);
        const RoutingStats stats = groupRouting(groupExperiment(), {1, 1, 3, 3});
        const auto accuracy = groupAccuracy(stats, groupExperiment().languages, kFamilies);
        const auto confusion = groupConfusion(stats, groupExperiment().languages, kFamilies);
        QCOMPARE(accuracy, std::vector(3, std::vector(2, 0.75)));
        QCOMPARE(confusion[1], (std::vector<double>{0.125, 0.75, 0.125}));
        WorkbenchOptions options;
        options.safeMode = true;
        MainWindow window(options);
        window.resize(1280, 800);
        window.open({OpeningKind::Runs, project.path().toStdString(), {QString::fromStdString(run->id())}, {}});
        window.show();
        window.showPage(PageId::Routing, "expansion");
        auto* view = window.findChild<RoutingPage*>("routingPage")->findChild<RoutingExpansionView*>();
        QTRY_VERIFY(!window.jobs().busy() && view->map().heatMap().rows() == 3);  // without being asked for
        QCOMPARE(view->map().heatMap().columnNames, (QStringList{"2", "3"}));
        QCOMPARE(view->map().heatMap().rowNames[0], QString("G0 ru uk"));
        QVERIFY(view->findChild<QLabel*>("expansionSummary")->text().contains("75.0%"));
        auto* measure = view->findChild<QComboBox*>("expansionMeasure");
        measure->setCurrentIndex(measure->findData(int(RoutingExpansionView::GroupConfusion)));
        QCOMPARE(view->map().heatMap().columns(), 3);
        picture(window, "routing-groups");
    }

    void theBaseRunIsChosenAndItsLanguagesKeepTheirRoles()
    {
        ShownExperiment shown(
            "title = \"next\"\npreset = \"layer-moe\"\n[languages]\noriginal = [\"en\"]\nexpanded = [\"ru\", \"es\"]\n"
            "[base]\nkind = \"run\"\npath = \"nowhere\"\n");
        auto* panel = shown.page.findChild<FormBaseRun*>();
        auto* problem = panel->findChild<QLabel*>("baseRunProblem");
        QTRY_VERIFY2(problem->text().contains("nowhere"), qPrintable(problem->text()));
        shown.world.selection.openProject(m_project.path().toStdString());
        auto* choice = panel->findChild<QComboBox*>("baseRunChoice");
        QTRY_COMPARE(choice->count(), 2);
        choice->setCurrentIndex(1);
        Q_EMIT choice->activated(1);
        const Experiment& experiment = shown.page.document().experiment();
        QCOMPARE(experiment.base.kind, BaseKind::Run);
        std::vector<std::string> original, expanded;
        for (const Language& language : experiment.languages)
            (language.role == LanguageRole::Original ? original : expanded).push_back(language.code);
        QCOMPARE(original, (std::vector<std::string>{"en", "es", "zh-CN"}));
        QCOMPARE(expanded, (std::vector<std::string>{"el", "ar", "hi", "ru"}));
        QTRY_VERIFY2(problem->text().isEmpty(), qPrintable(problem->text()));
        auto* facts = panel->findChild<QLabel*>("baseRunFacts");
        QTRY_VERIFY2(facts->text().contains("New in this round: \u2068ru\u2069"), qPrintable(facts->text()));
        shown.page.document().undoStack().undo();  // as one step
        QCOMPARE(QString::fromStdString(shown.page.document().experiment().base.path), QString("nowhere"));
        shown.page.document().undoStack().redo();
        shown.page.document().setField("languages.expanded", "[\"el\", \"ar\", \"hi\"]");
        QTRY_VERIFY2(problem->text().contains("knows every one of them"), qPrintable(problem->text()));
        shown.page.document().setField("languages.original", "[\"en\", \"es\"]");
        shown.page.document().setField("languages.expanded", "[\"el\", \"ar\", \"hi\", \"zh-CN\", \"ru\"]");
        QTRY_VERIFY2(problem->text().contains("zh-CN") && problem->text().contains("list it under languages.original"),
                     qPrintable(problem->text()));
        shown.page.document().setField("base.kind", "\"pretrain\"");
        QTRY_VERIFY(!panel->isVisible());
    }

private:
    void picture(QWidget& window, const QString& name)
    {
        const QString folder = qEnvironmentVariable("MOEBEL_TEST_PICTURES");
        QTest::qWait(30);
        if (!folder.isEmpty()) window.grab().save(folder + "/" + name + ".png");
    }
};

QTEST_MAIN(RoutingExpansionTest)
#include "routing_expansion_test.moc"
