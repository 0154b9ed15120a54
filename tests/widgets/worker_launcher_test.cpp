// Starting `moebel run` from the window, with a script in its place.
#include "app/workbench/control/worker_launcher.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/support/fake_moebel.h"

using namespace moebel;

class WorkerLauncherTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    QString experiment(const QString& text)
    {
        QFile file(m_folder.filePath("experiment.toml"));
        if (file.open(QIODevice::WriteOnly)) file.write(text.toUtf8());
        return file.fileName();
    }

private Q_SLOTS:
    void aRunIsStartedDetachedAndItsFolderTold()
    {
        test::FakeMoebel moebel(m_folder.path());
        WorkerLauncher launcher;
        launcher.setProgram(moebel.program());
        QSignalSpy started(&launcher, &WorkerLauncher::started);
        QSignalSpy failed(&launcher, &WorkerLauncher::failed);
        const quint64 number = launcher.start({experiment("title = \"A\"\n"), {}, {"seed=3"}, {}, "first run"});
        QVERIFY(launcher.busy());
        QVERIFY(started.wait(20000));
        QCOMPARE(failed.count(), 0);
        QCOMPARE(started[0][0].toULongLong(), number);
        QVERIFY(started[0][1].toString().endsWith("/run-0"));
        const QString call = moebel.calls().value(0);
        QVERIFY2(call.startsWith("run ") && call.contains("--set seed=3 --name first run --threads "), qPrintable(call));
        QVERIFY2(call.endsWith("--detach --json"), qPrintable(call));
        QVERIFY(!launcher.busy());
    }

    void theQueuedTextRunsAlsoWhenTheFileHasChanged()
    {
        QTemporaryDir folder;
        test::FakeMoebel moebel(folder.path());
        WorkerLauncher launcher;
        launcher.setProgram(moebel.program());
        QSignalSpy started(&launcher, &WorkerLauncher::started);
        const QString file = experiment("title = \"new\"\n");
        launcher.start({file, "title = \"old\"\n", {}, {}, {}});
        QVERIFY(started.wait(20000));
        QCOMPARE(moebel.description(0), QString("title = \"old\"\n"));
        QVERIFY2(moebel.calls()[0].contains("--runs " + m_folder.filePath("runs")), qPrintable(moebel.calls()[0]));
        QCOMPARE(QDir(m_folder.path()).entryList({".experiment*"}, QDir::Files | QDir::Hidden), QStringList());
    }

    void whatTheProgramRefusesIsToldInItsOwnSentence()
    {
        test::FakeMoebel moebel(m_folder.path());
        moebel.becomeRefusing("top_k is 5, but every layer has 3 experts");
        WorkerLauncher launcher;
        launcher.setProgram(moebel.program());
        QSignalSpy failed(&launcher, &WorkerLauncher::failed);
        launcher.start({experiment("x = 1\n"), {}, {}, {}, {}});
        QVERIFY(failed.wait(20000));
        QCOMPARE(failed[0][1].toString(), QString("top_k is 5, but every layer has 3 experts"));
    }

    void aProgramThatIsNotThereIsOneSentence()
    {
        WorkerLauncher launcher;
        QSignalSpy failed(&launcher, &WorkerLauncher::failed);
        launcher.setProgram({});
        launcher.start({experiment(""), {}, {}, {}, {}});
        QVERIFY(failed.wait(20000));
        launcher.setProgram(m_folder.filePath("no-such-program"));
        launcher.start({experiment(""), {}, {}, {}, {}});
        QVERIFY(failed.wait(20000));
        QVERIFY(failed[0][1].toString().contains("moebel"));
        QVERIFY(failed[1][1].toString().contains("no-such-program"));
    }

    void theWindowsEndDoesNotEndWhatIsStarting()
    {
        QTemporaryDir folder;
        test::FakeMoebel moebel(folder.path());
        moebel.become("touch begun; while [ ! -e go ]; do sleep 0.05; done; echo done > finished");
        {
            WorkerLauncher launcher;
            launcher.setProgram(moebel.program());
            launcher.start({experiment(""), {}, {}, {}, {}});
            QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(folder.filePath("begun")), 20000);
        }
        QFile go(folder.filePath("go"));
        QVERIFY(go.open(QIODevice::WriteOnly));
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(folder.filePath("finished")), 20000);
    }

    void theCommandIsWhatAShellUnderstands()
    {
        const QString line = shellCommand({"/tmp/it's a test.toml", {}, {"title=\"a b\""}, {}, {}});
        QVERIFY2(line.startsWith("moebel run '/tmp/it'\\''s a test.toml' --set 'title=\"a b\"' --threads "), qPrintable(line));
    }

    void aDryRunHasTwentyStepsAStage()
    {
        const QString file = experiment("preset = \"moe-lpr\"\n[languages]\noriginal = [\"en\"]\nexpanded = [\"el\"]\n");
        const LaunchRequest dry = dryRun({file, {}, {}, {}, {}});
        QVERIFY2(dry.overrides.contains("stage.0.tokens=10240"), qPrintable(dry.overrides.join(' ')));
        QVERIFY2(dry.overrides.contains("stage.1.tokens=20480"), qPrintable(dry.overrides.join(' ')));
        QVERIFY2(dry.overrides.contains("base.tokens=10240"), qPrintable(dry.overrides.join(' ')));
        QCOMPARE(dry.runsFolder, m_folder.filePath("dry-runs"));
    }
};

QTEST_GUILESS_MAIN(WorkerLauncherTest)
#include "worker_launcher_test.moc"
