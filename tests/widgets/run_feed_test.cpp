// A run's record and its worker's socket make one history: nothing twice, nothing missing, whatever comes and goes.
#include "app/workbench/control/run_feed.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <thread>

#include "moebel/worker/control.h"
#include "tests/support/store_fixture.h"

using namespace moebel;

namespace
{

const SeriesKey kLoss{"loss", ""};
const SeriesKey kGreek{"bits-per-byte", "el"};

double lossAt(std::int64_t step) { return 5 - 0.001 * double(step) + 1.0 / double(step); }

/// What a worker is to a window: the lock, the writer, the socket.
struct Worker {
    RunFolder run;
    RunControl control;
    std::optional<RunLock> lock;
    std::unique_ptr<RunWriter> writer;
    std::unique_ptr<EventServer> server;

    Worker(const RunFolder& folder, bool socket, std::int64_t resumeStep = -1) : run(folder)
    {
        auto locked = RunLock::acquire(run);
        if (!locked) qFatal("%s", locked.error().message.c_str());
        lock = std::move(locked).value();
        auto opened = RunWriter::open(run, resumeStep);
        if (!opened) qFatal("%s", opened.error().message.c_str());
        writer = std::move(opened).value();
        if (!socket) return;
        auto started = EventServer::start(run, control);
        if (!started) qFatal("%s", started.error().message.c_str());
        server = std::move(started).value();
    }
    void tell(const RunEvent& event)
    {
        writer->receive(event);
        if (server) server->receive(event);
    }
    void steps(std::int64_t first, std::int64_t last)
    {
        for (std::int64_t step = first; step <= last; ++step)
            tell(StepFinished{0, step, {{"loss", "nats/token", "", lossAt(step)}}});
    }
    void flush()
    {
        if (const Status done = writer->flush(); !done) qFatal("%s", done.error().message.c_str());
    }
};

QString fault(const RunFeed& feed, std::int64_t last)
{
    const auto column = feed.history().column(kLoss);
    if (!column) return "there is no loss";
    if (column->size() != std::size_t(last)) return QStringLiteral("%1 points, expected %2").arg(column->size()).arg(last);
    for (std::int64_t step = 1; step <= last; ++step) {
        if (column->steps[std::size_t(step) - 1] != step) return QStringLiteral("no step %1").arg(step);
        if (column->values[std::size_t(step) - 1] != lossAt(step)) return QStringLiteral("another value at step %1").arg(step);
    }
    return {};
}

std::int64_t lastStep(const RunFeed& feed)
{
    const auto column = feed.history().column(kLoss);
    return column && !column->empty() ? column->steps.back() : 0;
}

}  // namespace

class RunFeedTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    int m_runs = 0;

    RunFolder newRun()
    {
        return fixture::makeRun(fixture::pathOf(m_folder), QStringLiteral("run %1").arg(++m_runs).toStdString());
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(QDir(m_folder.path()).mkdir("runtime"));
        qputenv("XDG_RUNTIME_DIR", m_folder.filePath("runtime").toLocal8Bit());
    }

    void historyAndSocketMakeOneSeries()
    {
        Worker worker(newRun(), true);
        worker.tell(RunStarted{worker.run.id(), false, 0, 3000, 2});
        worker.steps(1, 700);
        Jobs jobs;
        RunFeed feed(jobs);
        std::thread training([&worker] {
            for (std::int64_t step = 701; step <= 3000; ++step) {
                worker.steps(step, step);
                if (step % 10 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(3));
            }
            worker.flush();
        });
        feed.follow(worker.run);
        QTRY_VERIFY_WITH_TIMEOUT(lastStep(feed) == 3000 && feed.history().unconfirmed() == 0, 20'000);
        training.join();
        QVERIFY(feed.attached());
        QCOMPARE(fault(feed, 3000), QString());
    }

    void aPointIsSeenBeforeTheRecordHasIt()
    {
        Worker worker(newRun(), true);
        worker.tell(RunStarted{worker.run.id(), false, 0, 100, 2});
        Jobs jobs;
        RunFeed feed(jobs);
        feed.follow(worker.run);
        QTRY_VERIFY_WITH_TIMEOUT(feed.attached() && feed.hasRead(), 20'000);
        worker.server->receive(StepFinished{0, 1, {{"loss", "nats/token", "", lossAt(1)}}});
        QTRY_COMPARE_WITH_TIMEOUT(lastStep(feed), std::int64_t(1), 20'000);
        QCOMPARE(feed.history().unconfirmed(), std::size_t(1));
    }

    void whatTheSocketDropsComesFromTheRecord()
    {
        Worker worker(newRun(), true);
        worker.tell(RunStarted{worker.run.id(), false, 0, 300, 2});
        Jobs jobs;
        RunFeed feed(jobs);
        feed.follow(worker.run);
        QTRY_VERIFY_WITH_TIMEOUT(feed.attached(), 20'000);
        for (std::int64_t step = 1; step <= 300; ++step) {
            const StepFinished finished{0, step, {{"loss", "nats/token", "", lossAt(step)}}};
            worker.writer->receive(finished);
            if (step % 7 == 0) worker.server->receive(finished);
        }
        worker.flush();
        QTRY_VERIFY_WITH_TIMEOUT(lastStep(feed) == 300 && feed.history().unconfirmed() == 0, 20'000);
        QCOMPARE(fault(feed, 300), QString());
    }

    void withoutASocketTheRecordIsReadAgainAndAgain()
    {
        Worker worker(newRun(), false);
        worker.tell(RunStarted{worker.run.id(), false, 0, 200, 2});
        worker.steps(1, 50);
        worker.flush();
        Jobs jobs;
        RunFeed feed(jobs);
        feed.follow(worker.run);
        QTRY_COMPARE_WITH_TIMEOUT(lastStep(feed), std::int64_t(50), 20'000);
        worker.steps(51, 200);
        worker.flush();
        QTRY_COMPARE_WITH_TIMEOUT(lastStep(feed), std::int64_t(200), 20'000);
        QVERIFY(!feed.attached());
        QCOMPARE(feed.history().status().state, RunState::Running);
        QCOMPARE(fault(feed, 200), QString());
    }

    void aWorkerThatComesBackIsFoundAndItsStepsReplaceTheOldOnes()
    {
        const RunFolder run = newRun();
        auto worker = std::make_unique<Worker>(run, true);
        worker->tell(RunStarted{run.id(), false, 0, 300, 2});
        worker->steps(1, 100);
        for (std::int64_t step = 101; step <= 150; ++step)
            worker->tell(StepFinished{0, step, {{"loss", "nats/token", "", -1.0}}});  // done again after the resume
        worker->flush();
        Jobs jobs;
        RunFeed feed(jobs);
        feed.follow(run);
        QTRY_COMPARE_WITH_TIMEOUT(lastStep(feed), std::int64_t(150), 20'000);
        worker.reset();
        QTRY_VERIFY_WITH_TIMEOUT(!feed.attached(), 20'000);
        worker = std::make_unique<Worker>(run, true, 100);
        worker->tell(RunStarted{run.id(), true, 101, 300, 2});
        worker->steps(101, 300);
        worker->flush();
        QTRY_VERIFY_WITH_TIMEOUT(feed.attached() && lastStep(feed) == 300 && feed.history().unconfirmed() == 0, 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(fault(feed, 300), QString(), 20'000);
    }

    void anEvaluationBetweenTheStagesIsTheOneThatWasWrittenLast()
    {
        Worker worker(newRun(), false);
        worker.tell(RunStarted{worker.run.id(), false, 0, 200, 2});
        worker.tell(EvaluationFinished{-1, 0, true, {fixture::score("el", "base", 0, 3.5)}});
        worker.flush();
        Jobs jobs;
        RunFeed feed(jobs);
        feed.follow(worker.run);
        QTRY_VERIFY_WITH_TIMEOUT(feed.history().column(kGreek), 20'000);
        QCOMPARE(feed.history().column(kGreek)->values, std::vector<double>{3.5});
        worker.tell(EvaluationFinished{-1, 0, false, {fixture::score("el", "base", 0, 3.625)}});
        worker.flush();
        QTRY_COMPARE_WITH_TIMEOUT(feed.history().column(kGreek)->values, std::vector<double>{3.625}, 20'000);
    }

    void aFeedThatIsThrownAwayAndMadeAgainShowsEverything()
    {
        Worker worker(newRun(), true);
        worker.tell(RunStarted{worker.run.id(), false, 0, 2000, 2});
        std::thread training([&worker] {
            for (std::int64_t step = 1; step <= 2000; step += 10) {
                worker.steps(step, step + 9);
                std::this_thread::sleep_for(std::chrono::milliseconds(8));
            }
            worker.flush();
        });
        Jobs jobs;
        std::int64_t seen = 0;
        for (int opened = 0; opened < 6; ++opened) {
            RunFeed feed(jobs);
            feed.follow(worker.run);
            const std::int64_t wanted = std::min<std::int64_t>(2000, seen + 60);
            QTRY_VERIFY_WITH_TIMEOUT(lastStep(feed) >= wanted, 20'000);
            seen = lastStep(feed);
        }
        RunFeed feed(jobs);
        feed.follow(worker.run);
        QTRY_VERIFY_WITH_TIMEOUT(lastStep(feed) == 2000 && feed.history().unconfirmed() == 0, 20'000);
        training.join();
        QCOMPARE(fault(feed, 2000), QString());
    }

    // Ten times, at another moment each; the next one has the whole history within two seconds.
    void aWindowThatIsKilledChangesNothingInTheRecord()
    {
        Worker worker(newRun(), true);
        worker.tell(RunStarted{worker.run.id(), false, 0, 1500, 2});
        std::atomic<bool> end{false};
        std::atomic<std::int64_t> done{0};
        std::thread training([&] {
            while (!end) {
                worker.steps(done + 1, done + 5);
                done += 5;
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            }
            worker.flush();
        });
        const auto joined = qScopeGuard([&] {
            end = true;
            if (training.joinable()) training.join();
        });
        Jobs jobs;
        qint64 slowest = 0;
        for (int kill = 0; kill < 10; ++kill) {
            QProcess window;
            QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
            environment.insert("QT_QPA_PLATFORM", "offscreen");
            environment.insert("XDG_STATE_HOME", m_folder.path());
            window.setProcessEnvironment(environment);
            window.start(QStringLiteral(MOEBEL_BIN_DIR "/moebel-workbench"),
                         {QString::fromStdString(worker.run.path.string())});
            QVERIFY(window.waitForStarted(-1));
            QTest::qWait(100 + 40 * kill);
            window.kill();
            window.waitForFinished(-1);
            const std::int64_t wanted = done;
            QElapsedTimer clock;
            clock.start();
            RunFeed feed(jobs);
            feed.follow(worker.run);
            QTRY_VERIFY_WITH_TIMEOUT(feed.attached() && lastStep(feed) >= wanted && fault(feed, lastStep(feed)).isEmpty(),
                                     20'000);
            slowest = std::max(slowest, clock.elapsed());
        }
        qInfo("a window is back after %lld ms at most", static_cast<long long>(slowest));
        QVERIFY2(slowest < 2000, qPrintable(QString::number(slowest)));
        end = true;
        training.join();
        RunFeed feed(jobs);
        feed.follow(worker.run);
        QTRY_VERIFY_WITH_TIMEOUT(lastStep(feed) == done && feed.history().unconfirmed() == 0, 20'000);
        QCOMPARE(fault(feed, done), QString());
    }

    void aFinishedRunShowsItsWholeHistory()
    {
        const RunFolder run = newRun();
        {
            Worker worker(run, false);
            worker.tell(RunStarted{run.id(), false, 0, 120, 2});
            worker.steps(1, 120);
            worker.tell(RunFinished{120, 9});
            worker.flush();
        }
        QVERIFY(writeExitRecord(run, ExitRecord{"finished", 0, 0, "", 0}).ok());
        Jobs jobs;
        RunFeed feed(jobs);
        feed.follow(run);
        QTRY_COMPARE_WITH_TIMEOUT(lastStep(feed), std::int64_t(120), 20'000);
        QCOMPARE(feed.history().status().state, RunState::Finished);
        QCOMPARE(fault(feed, 120), QString());
    }

    void aDamagedRecordIsOneSentence()
    {
        const RunFolder run = newRun();
        QFile file(QString::fromStdString(run.database().string()));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write("this is no database") > 0);
        file.close();
        Jobs jobs;
        RunFeed feed(jobs);
        feed.follow(run);
        QTRY_VERIFY_WITH_TIMEOUT(feed.hasRead(), 20'000);
        QVERIFY(feed.problem().contains("run.sqlite"));
    }

    void aThousandEventsAreOneLook()
    {
        Worker worker(newRun(), true);
        worker.tell(RunStarted{worker.run.id(), false, 0, 1000, 2});
        Jobs jobs;
        RunFeed feed(jobs);
        feed.follow(worker.run);
        QTRY_VERIFY_WITH_TIMEOUT(feed.attached() && feed.hasRead(), 20'000);
        QSignalSpy looks(&feed, &RunFeed::advanced);
        QElapsedTimer clock;
        clock.start();
        worker.steps(1, 1000);
        worker.flush();
        QTRY_COMPARE_WITH_TIMEOUT(lastStep(feed), std::int64_t(1000), 20'000);
        QVERIFY2(looks.count() <= clock.elapsed() / Coalescer::kMilliseconds + 2, qPrintable(QString::number(looks.count())));
    }
};

QTEST_GUILESS_MAIN(RunFeedTest)
#include "run_feed_test.moc"
