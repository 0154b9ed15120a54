// The queue: its order, its file, and one worker after another.
#include "app/workbench/control/run_queue.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "moebel/store/run_folder.h"
#include "tests/support/fake_moebel.h"

using namespace moebel;

namespace
{

QueueEntry entry(const QString& title)
{
    QueueEntry made;
    made.id = "id-" + title;
    made.title = title;
    made.request.experimentFile = "/nowhere/" + title + ".toml";
    made.request.text = "title = \"" + title + "\"\n";
    made.request.overrides = QStringList{"seed=2"};
    made.queuedAt = 1'795'000'000'000;
    return made;
}

QString order(const RunQueueModel& model)
{
    QString titles;
    for (const QueueEntry& one : model.entries()) titles += one.title;
    return titles;
}

}  // namespace

class RunQueueTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rowsMoveAndTheModelKeepsQtsRules()
    {
        QTemporaryDir folder;
        RunQueueModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.load(folder.path());
        for (const char* title : {"a", "b", "c", "d"}) model.append(entry(title));
        model.move(0, 3);
        QCOMPARE(order(model), QString("bcad"));
        model.move(3, 0);
        QCOMPARE(order(model), QString("dbca"));
        model.move(0, 4);
        QCOMPARE(order(model), QString("bcad"));
        model.move(1, 1);
        QCOMPARE(order(model), QString("bcad"));
        model.remove(1);
        QCOMPARE(order(model), QString("bad"));
    }

    void draggedRowsStandWhereTheyWereDropped()
    {
        QTemporaryDir folder;
        RunQueueModel model;
        model.load(folder.path());
        for (const char* title : {"a", "b", "c"}) model.append(entry(title));
        const std::unique_ptr<QMimeData> data(model.mimeData({model.index(2)}));
        model.dropMimeData(data.get(), Qt::MoveAction, 0, 0, {});
        QCOMPARE(order(model), QString("cab"));
    }

    void theQueueIsThereAgainAfterTheWindowWasClosed()
    {
        QTemporaryDir folder;
        std::vector<QueueEntry> before;
        {
            RunQueueModel model;
            model.load(folder.path());
            model.append(entry("a"));
            model.append(entry("b"));
            model.setState(1, QueueState::Failed, "no text");
            model.setPaused(true);
            before = model.entries();
        }
        RunQueueModel again;
        QCOMPARE(again.load(folder.path()), QString());
        QVERIFY(again.entries() == before);
        QVERIFY(again.paused());
        QCOMPARE(again.data(again.index(1), RunQueueModel::MessageRole).toString(), QString("no text"));
    }

    void whatAnotherWindowQueuedAppears()
    {
        QTemporaryDir folder;
        RunQueueModel mine, others;
        mine.load(folder.path());
        others.load(folder.path());
        others.append(entry("x"));
        mine.reloadIfChanged();
        QCOMPARE(order(mine), QString("x"));
    }

    void aFileThatIsNoQueueIsLeftAlone()
    {
        QTemporaryDir folder;
        QFile file(folder.filePath("queue.json"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("not json") > 0);
        file.close();
        RunQueueModel model;
        QVERIFY(model.load(folder.path()).contains("queue.json"));
        QCOMPARE(model.rowCount(), 0);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("not json"));
    }

    void oneWorkerAfterAnother()
    {
        QTemporaryDir folder;
        test::FakeMoebel moebel(folder.path());
        WorkerLauncher launcher;
        launcher.setProgram(moebel.program());
        Jobs jobs;
        RunQueue queue(launcher, jobs);
        QSignalSpy started(&queue, &RunQueue::started);
        queue.setProject(folder.path());
        for (const char* title : {"a", "b"}) {
            LaunchRequest request = entry(title).request;
            request.experimentFile = folder.filePath("experiment.toml");
            queue.add(request, title);
        }
        QVERIFY(started.wait(20000));
        QCOMPARE(order(queue.model()), QString("b"));
        QCOMPARE(moebel.description(0), QString("title = \"a\"\n"));

        // Its worker lives: it holds the lock.
        const RunFolder run{started[0][0].toString().toStdString()};
        std::filesystem::create_directories(folder.filePath("runs").toStdString());
        const RunFolder inRuns{folder.filePath("runs/run-0").toStdString()};
        std::filesystem::create_directories(inRuns.path);
        {
            auto lock = RunLock::acquire(inRuns);
            QVERIFY(lock.ok());
            queue.look();
            QTRY_VERIFY(!jobs.busy());
            QCOMPARE(moebel.calls().size(), 1);
        }
        QVERIFY(writeExitRecord(run, {"finished", 0, 0, "", 1}).ok());
        queue.look();
        QVERIFY(started.wait(20000));
        QCOMPARE(order(queue.model()), QString());
        QCOMPARE(moebel.description(1), QString("title = \"b\"\n"));
    }

    void aPausedQueueStartsNothing()
    {
        QTemporaryDir folder;
        test::FakeMoebel moebel(folder.path());
        WorkerLauncher launcher;
        launcher.setProgram(moebel.program());
        Jobs jobs;
        RunQueue queue(launcher, jobs);
        queue.setProject(folder.path());
        queue.model().setPaused(true);
        queue.add(entry("a").request, "a");
        queue.look();
        QVERIFY(!jobs.busy() && !launcher.busy());
        QCOMPARE(moebel.calls().size(), 0);
    }

    void anEntryThatCannotStartStaysWithItsReasonAndTheNextIsTried()
    {
        QTemporaryDir folder;
        test::FakeMoebel moebel(folder.path());
        moebel.becomeRefusing("there is no stage");
        WorkerLauncher launcher;
        launcher.setProgram(moebel.program());
        Jobs jobs;
        RunQueue queue(launcher, jobs);
        QSignalSpy problem(&queue, &RunQueue::problem);
        queue.setProject(folder.path());
        for (const char* title : {"a", "b"}) {
            LaunchRequest request = entry(title).request;
            request.experimentFile = folder.filePath("experiment.toml");
            queue.add(request, title);
        }
        QTRY_COMPARE_WITH_TIMEOUT(problem.count(), 2, 20000);
        QCOMPARE(queue.model().rowCount(), 2);
        QCOMPARE(queue.model().data(queue.model().index(0), RunQueueModel::MessageRole).toString(),
                 QString("there is no stage"));
    }
};

QTEST_GUILESS_MAIN(RunQueueTest)
#include "run_queue_test.moc"
