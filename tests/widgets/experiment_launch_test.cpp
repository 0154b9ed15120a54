// What the Experiment page starts, queues, copies and saves, and the plan it shows beforehand.
#include <QClipboard>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>

#include "app/workbench/page/plan_table.h"
#include "tests/support/made_up_run.h"
#include "tests/support/shown_experiment.h"
#include "widgets/edit/number_field.h"

using namespace moebel;
using moebel::test::type;
using Shown = moebel::test::ShownExperiment;

class ExperimentLaunchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void startSavesAndStartsAWorker()
    {
        Shown shown;
        type(shown.field("seed")->editor(), "42");
        QSignalSpy page(&shown.world.navigator, &Navigator::pageWanted);
        shown.page.findChild<QPushButton*>("startButton")->click();
        QVERIFY(page.wait(20000));
        QVERIFY(!shown.page.document().isModified());
        const QStringList calls = shown.moebel.calls().filter("run ");
        QCOMPARE(calls.size(), 1);
        QVERIFY2(calls[0].contains(shown.file) && calls[0].contains("--detach"), qPrintable(calls[0]));
    }

    void anExperimentWithProblemsIsNotStarted()
    {
        Shown shown("title = \"x\"\n");
        QSignalSpy told(&shown.world.navigator, &Navigator::told);
        for (const char* name : {"startButton", "queueButton", "dryRunButton"})
            shown.page.findChild<QPushButton*>(name)->click();
        QCOMPARE(told.count(), 3);
        QVERIFY(!shown.world.launcher.busy());
        QCOMPARE(shown.world.queue.model().rowCount(), 0);
    }

    void theQueueGetsTheTextAsItStands()
    {
        Shown shown;
        shown.world.queue.setProject(shown.folder.path());
        shown.world.queue.model().setPaused(true);
        type(shown.field("seed")->editor(), "42");
        shown.page.findChild<QPushButton*>("queueButton")->click();
        QTRY_COMPARE(shown.world.queue.model().rowCount(), 1);
        QVERIFY(shown.world.queue.model().entries()[0].request.text.contains("seed = 42"));
        QVERIFY(shown.page.document().isModified());
        QCOMPARE(shown.world.selection.project().folder, shown.folder.path());  // the queue is the project's
    }

    void whatIsSavedOpensTheProjectOfItsFolder()
    {
        Shown shown;
        const QString other = shown.folder.filePath("plans/greek.toml");
        QVERIFY(QDir(shown.folder.path()).mkpath("plans"));
        shown.page.document().setField("title", "\"Greek\"");
        shown.page.document().saveAs(other);
        QTRY_COMPARE(shown.world.selection.project().folder, shown.folder.filePath("plans"));
        QCOMPARE(shown.world.selection.project().title, QString("Greek"));
        QTest::qWait(50);
        QCOMPARE(shown.page.document().file(), other);  // stays what it is
    }

    void inANewProjectStartWritesItsExperiment()
    {
        QTemporaryDir folder;
        test::FakeMoebel moebel{folder.path()};
        test::PageWorld world{moebel.program()};
        ExperimentPage page{world.context};
        page.show();
        world.home.enter(folder.filePath("new"), {});
        QTRY_COMPARE(world.selection.project().title, QString("new"));
        QVERIFY(page.document().file().isEmpty());
        QSignalSpy live(&world.navigator, &Navigator::pageWanted);
        page.findChild<QPushButton*>("startButton")->click();
        QTRY_COMPARE(page.document().file(), folder.filePath("new/experiment.toml"));
        QTRY_COMPARE(live.count(), 1);
    }

    void theCommandIsCopied()
    {
        Shown shown;
        shown.page.findChild<QPushButton*>("copyCommandButton")->click();
        QVERIFY(QGuiApplication::clipboard()->text().startsWith("moebel run " + shown.file));
    }

    void thePlanIsThatOfTheText()
    {
        Shown shown;
        const QString before = shown.page.findChild<QLabel*>("planParameters")->text();
        shown.page.document().setField("base.layers", "8");
        QVERIFY(shown.page.findChild<QLabel*>("planParameters")->text() != before);
        const Plan plan = makePlan(shown.page.document().experiment());
        QCOMPARE(shown.page.findChild<QLabel*>("planParameters")->text(),
                 QString("%1 M").arg(QString::number(double(plan.expanded.total) / 1e6, 'f', 2)));
    }

    void theTextThatMoebelFindsCountsInThePlansMemory()
    {
        Shown shown;
        shown.moebel.become(
            "echo '{\"languages\": [{\"code\": \"en\", \"documents\": 1, \"bytes\": 40000000, \"tokens\": 1, \"sample\": "
            "\"\"}]}'\n");
        PlanEstimate estimate(shown.page.document(), shown.world.jobs, shown.moebel.program());
        shown.page.document().setField("data.max_bytes_per_language", "50_000_000");
        const Plan without = makePlan(shown.page.document().experiment());
        QCOMPARE(estimate.plan().memoryBytes, without.memoryBytes);
        estimate.setActive(true);
        const Plan with = makePlan(shown.page.document().experiment(), 0, 40'000'000);
        QVERIFY(with.memoryBytes > without.memoryBytes);
        QTRY_COMPARE_WITH_TIMEOUT(estimate.plan().memoryBytes, with.memoryBytes, 20000);
    }

    void aDryRunsSpeedBecomesThePlansTime()
    {
        Shown shown;
        PlanEstimate estimate(shown.page.document(), shown.world.jobs, {});
        shown.page.document().setField("stage.0.tokens", "1_024_000");
        estimate.setSpeed({0, {1000, 0}, {}});
        QCOMPARE(estimate.plan().stages[1].estimatedSeconds, 1024.0);
        QCOMPARE(estimate.plan().estimatedSeconds, 1024.0);
        shown.page.document().setField("stage.0.tokens", "512_000");
        QCOMPARE(estimate.plan().estimatedSeconds, 512.0);
        shown.page.document().setField("base.width", "256");
        QCOMPARE(estimate.plan().estimatedSeconds, 0.0);
    }

    void aRunsSpeedIsReadFromItsRecord()
    {
        QTemporaryDir folder;
        const auto run = test::writeMadeUpRun(folder.path().toStdString(), test::madeUpExperiment());
        QVERIFY(run.ok());
        {
            auto writer = RunWriter::open(*run, 100);
            QVERIFY(writer.ok());
            const auto tell = [&](std::int64_t step, double speed) {
                (*writer)->receive(StepFinished{step > 60 ? 1 : 0, step, {{"tokens-per-second", "tokens/s", "", speed}}});
            };
            for (std::int64_t step = 1; step <= 60; ++step) tell(step, step <= 30 ? 10 : 1000);
            for (std::int64_t step = 61; step <= 100; ++step) tell(step, 3000);
            QVERIFY((*writer)->flush().ok());
        }
        const RunSpeed speed = readSpeed(*run);
        QCOMPARE(speed.problem, QString());
        QVERIFY((speed.stages == std::vector<double>{1000, 3000}));
        QVERIFY(!readSpeed(RunFolder{folder.filePath("none").toStdString()}).problem.isEmpty());
    }
};

QTEST_MAIN(ExperimentLaunchTest)
#include "experiment_launch_test.moc"
