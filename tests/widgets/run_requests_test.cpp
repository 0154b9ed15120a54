// What the user may ask of a run, and that the worker hears it.
#include "app/workbench/control/run_requests.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "moebel/worker/control.h"
#include "tests/support/fake_moebel.h"

using namespace moebel;

class RunRequestsTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    Jobs m_jobs;

    RunFolder newRun(const QString& name)
    {
        const QString path = m_folder.filePath(name);
        if (!QDir().mkpath(path)) qFatal("no folder");
        return RunFolder{path.toStdString()};
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(QDir(m_folder.path()).mkdir("runtime"));
        qputenv("XDG_RUNTIME_DIR", m_folder.filePath("runtime").toLocal8Bit());
    }

    void eachStateAllowsWhatMakesSense_data()
    {
        QTest::addColumn<RunState>("state");
        QTest::addColumn<bool>("attached");
        QTest::addColumn<bool>("asked");
        QTest::addColumn<QString>("may");
        QTest::newRow("running") << RunState::Running << true << false << "stop pause save";
        QTest::newRow("running, no socket") << RunState::Running << false << false << "";
        QTest::newRow("running, asked") << RunState::Running << true << true << "";
        QTest::newRow("paused") << RunState::Paused << true << false << "stop continue save";
        QTest::newRow("stopped") << RunState::Stopped << false << false << "resume";
        QTest::newRow("stopped, asked") << RunState::Stopped << false << true << "";
        QTest::newRow("interrupted") << RunState::Interrupted << false << false << "resume";
        QTest::newRow("failed") << RunState::Failed << false << false << "resume";
        QTest::newRow("queued") << RunState::Queued << false << false << "resume";
        QTest::newRow("finished") << RunState::Finished << false << false << "";
        QTest::newRow("not responding") << RunState::NotResponding << true << false << "";
        QTest::newRow("damaged") << RunState::Damaged << false << false << "";
    }

    void eachStateAllowsWhatMakesSense()
    {
        QFETCH(RunState, state);
        QFETCH(bool, attached);
        QFETCH(bool, asked);
        QFETCH(QString, may);
        const RunChoices choices = choicesOf({state, {}, 0, 0, false}, attached, asked);
        QStringList words;
        if (choices.stop) words << "stop";
        if (choices.pause) words << "pause";
        if (choices.goOn) words << "continue";
        if (choices.save) words << "save";
        if (choices.resume) words << "resume";
        QCOMPARE(words.join(' '), may);
    }

    void nothingCanBeAskedOfARunThatIsEnding()
    {
        RunStatus status{RunState::Interrupted, "the record ends with run-stopped", 7, 9};
        status.ending = true;
        QCOMPARE(choicesOf(status, false, false), RunChoices());
    }

    void theWorkerHearsEveryRequest()
    {
        const RunFolder run = newRun("heard");
        RunControl control;
        auto server = EventServer::start(run, control);
        QVERIFY(server.ok());
        RunRequests requests(m_jobs, {});
        QSignalSpy answered(&requests, &RunRequests::answered);
        const auto ask = [&](RunCommand command) {
            answered.clear();
            requests.ask(run, command);
            QVERIFY(requests.asking());
            QTRY_COMPARE(answered.count(), 1);
            QVERIFY2(answered.first().at(0).toBool(), qPrintable(answered.first().at(1).toString()));
            QVERIFY(!answered.first().at(1).toString().isEmpty());
            QVERIFY(!requests.asking());
        };
        ask(RunCommand::Pause);
        QVERIFY(control.pause);
        ask(RunCommand::Resume);
        QVERIFY(!control.pause);
        ask(RunCommand::Save);
        QVERIFY(control.save);
        ask(RunCommand::Stop);
        QVERIFY(control.stop);
    }

    void nobodyThereIsOneSentence()
    {
        RunRequests requests(m_jobs, {});
        QSignalSpy answered(&requests, &RunRequests::answered);
        requests.ask(newRun("silent"), RunCommand::Pause);
        QTRY_COMPARE(answered.count(), 1);
        QVERIFY(!answered.first().at(0).toBool());
        QVERIFY(!answered.first().at(1).toString().isEmpty());
    }

    void resumeStartsMoebelDetached()
    {
        test::FakeMoebel moebel(m_folder.path());
        moebel.become("echo \"$@\" >> calls\n");
        const RunFolder run = newRun("a run with spaces");
        RunRequests requests(m_jobs, moebel.program());
        QSignalSpy answered(&requests, &RunRequests::answered);
        requests.resume(run);
        QTRY_COMPARE(answered.count(), 1);
        QVERIFY2(answered.first().at(0).toBool(), qPrintable(answered.first().at(1).toString()));
        QCOMPARE(moebel.calls(), QStringList{QString("resume %1 --detach").arg(QString::fromStdString(run.path.string()))});
    }

    void aRefusedResumeSaysWhy()
    {
        test::FakeMoebel moebel(m_folder.path());
        moebel.becomeRefusing("the newest checkpoint is damaged");
        RunRequests requests(m_jobs, moebel.program());
        QSignalSpy answered(&requests, &RunRequests::answered);
        requests.resume(newRun("refused"));
        QTRY_COMPARE(answered.count(), 1);
        QVERIFY(!answered.first().at(0).toBool());
        QVERIFY(answered.first().at(1).toString().contains("the newest checkpoint is damaged"));
        requests.setProgram({});
        requests.resume(newRun("refused"));
        QTRY_COMPARE(answered.count(), 2);
        QVERIFY(answered.last().at(1).toString().contains("PATH"));
    }
};

QTEST_GUILESS_MAIN(RunRequestsTest)
#include "run_requests_test.moc"
