// How a worker ended is known to all: fake workers are small shell commands.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "moebel/base/file.h"
#include "moebel/worker/supervisor.h"

using namespace moebel;

namespace {

WorkerCommand shell(const std::string& script)
{
    return {"sh", {"-c", script}, {}};
}

std::string contentOf(const std::filesystem::path& file)
{
    const auto content = readFile(file);
    return content ? *content : std::string();
}

struct RunInTemporaryFolder {
    QTemporaryDir folder;
    RunFolder run{folder.path().toStdString()};
};

/// Waits until the detached supervisor has written how its worker ended.
ExitRecord waitForExit(const RunFolder& run)
{
    std::optional<ExitRecord> record;
    while (!(record = readExitRecord(run))) QTest::qSleep(5);
    return *record;
}

}  // namespace

class SupervisorTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void exitCodeBecomesTheState_data()
    {
        QTest::addColumn<QString>("script");
        QTest::addColumn<int>("code");
        QTest::addColumn<int>("signal");
        QTest::addColumn<QString>("state");
        QTest::newRow("done") << "exit 0" << 0 << 0 << "finished";
        QTest::newRow("failed") << "exit 1" << 1 << 0 << "failed";
        QTest::newRow("invalid") << "exit 2" << 2 << 0 << "failed";
        QTest::newRow("stopped") << "exit 3" << 3 << 0 << "stopped";
        QTest::newRow("interrupted") << "exit 4" << 4 << 0 << "interrupted";
        QTest::newRow("killed") << "kill -KILL $$" << 4 << SIGKILL << "interrupted";
        QTest::newRow("crashed") << "kill -SEGV $$" << 4 << SIGSEGV << "interrupted";
    }
    void exitCodeBecomesTheState()
    {
        QFETCH(QString, script);
        QFETCH(int, code);
        RunInTemporaryFolder here;
        const auto result = superviseWorker(here.run, shell(script.toStdString()));
        QVERIFY(result.ok());
        QCOMPARE(*result, code);
        const auto record = readExitRecord(here.run);
        QVERIFY(record.has_value());
        QTEST(QString::fromStdString(record->state), "state");
        QTEST(record->signal, "signal");
        QCOMPARE(record->exitCode, code);
        QVERIFY(record->endedAt > 0);
    }

    void aLostGpuIsFollowedByOneFreshProcess_data()
    {
        QTest::addColumn<QString>("second");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("state");
        QTest::newRow("which finishes") << "exit 0" << 0 << "finished";
        QTest::newRow("which loses it too") << "exit 5" << 4 << "interrupted";
    }
    void aLostGpuIsFollowedByOneFreshProcess()
    {
        QFETCH(QString, second);
        RunInTemporaryFolder here;
        const std::string counting = "echo started >> " + (here.run.path / "starts").string() + "; ";
        WorkerCommand command = shell(counting + "exit 5");
        command.resumeArguments = {"-c", counting + second.toStdString()};
        const auto result = superviseWorker(here.run, command);
        QVERIFY(result.ok());
        QTEST(*result, "code");
        QTEST(QString::fromStdString(readExitRecord(here.run)->state), "state");
        QCOMPARE(contentOf(here.run.path / "starts"), std::string("started\nstarted\n"));
        QVERIFY(contentOf(here.run.logFile()).find("lost its GPU") != std::string::npos);
    }

    void lastErrorOfTheLogIsTheReason()
    {
        RunInTemporaryFolder here;
        const std::string script = "echo '[error] an older one' > log.txt; echo '[error] layer 7: NaN' >> log.txt; exit 1";
        const auto result = superviseWorker(here.run, shell("cd '" + here.run.path.string() + "'; " + script));
        QVERIFY(result.ok());
        QCOMPARE(readExitRecord(here.run)->message, std::string("layer 7: NaN"));
    }

    void aProgramThatDoesNotExistIsNamed()
    {
        RunInTemporaryFolder here;
        const auto result = superviseWorker(here.run, {"/no/such/program", {}, {}});
        QVERIFY(!result.ok());
        QCOMPARE(result.error().code, std::string("cannot-start"));
        QVERIFY(result.error().message.find("/no/such/program") != std::string::npos);
        QVERIFY(!readExitRecord(here.run).has_value());
        QVERIFY(!startDetached(here.run, {"/no/such/program", {}, {}}).ok());
    }

    void theWorkerSeesItsEnvironment()
    {
        RunInTemporaryFolder here;
        WorkerCommand command = shell("echo \"$OMP_WAIT_POLICY $GOMP_SPINCOUNT\" > \"$TARGET\"");
        command.environment = workerEnvironment();
        command.environment.push_back("TARGET=" + (here.run.path / "seen").string());
        QVERIFY(superviseWorker(here.run, command).ok());
        QCOMPARE(contentOf(here.run.path / "seen"), std::string("passive 0\n"));
    }

    void signalsArePassedOn()
    {
#ifdef __SANITIZE_THREAD__
        QSKIP("the thread sanitizer holds back a signal that comes right before a blocking wait");
#endif
        RunInTemporaryFolder here;
        const std::string ready = (here.run.path / "ready").string();
        const pid_t supervisor = ::fork();
        if (supervisor == 0) {
            const std::string script = "trap 'exit 3' TERM; : > '" + ready + "'; while :; do sleep 0.01; done";
            const auto code = superviseWorker(here.run, shell(script));
            ::_exit(code ? *code : 99);
        }
        while (!std::filesystem::exists(ready)) QTest::qSleep(5);
        ::kill(supervisor, SIGTERM);
        int status = 0;
        QCOMPARE(::waitpid(supervisor, &status, 0), supervisor);
        QCOMPARE(WEXITSTATUS(status), 3);
        QCOMPARE(readExitRecord(here.run)->state, std::string("stopped"));
    }

    void theWorkerDiesWithAForegroundSupervisor()
    {
        RunInTemporaryFolder here;
        const std::string pidFile = (here.run.path / "pid").string();
        const pid_t supervisor = ::fork();
        if (supervisor == 0) {
            const auto code = superviseWorker(here.run, shell("echo $$ > '" + pidFile + "'; exec sleep 1000"));
            ::_exit(code ? *code : 99);
        }
        while (contentOf(pidFile).empty()) QTest::qSleep(5);
        const auto worker = pid_t(std::stol(contentOf(pidFile)));
        ::kill(supervisor, SIGKILL);
        ::waitpid(supervisor, nullptr, 0);
        const std::string state = "/proc/" + std::to_string(worker) + "/stat";
        const auto isAlive = [&] {  // a zombie that nobody has waited for yet is dead
            std::ifstream file(state);
            std::string pid, name, letter;
            return bool(file >> pid >> name >> letter) && letter != "Z";
        };
        while (isAlive()) QTest::qSleep(5);
        QVERIFY(!readExitRecord(here.run).has_value());
    }

    void aDetachedWorkerHasItsOwnSessionAndLeavesAnExitRecord()
    {
        RunInTemporaryFolder here;
        const auto pid = startDetached(here.run, shell("echo worker $$; sleep 0.05; exit 3"));
        QVERIFY(pid.ok());
        QVERIFY(*pid > 0);
        QVERIFY(::getsid(pid_t(*pid)) != ::getsid(0));
        const ExitRecord record = waitForExit(here.run);
        QCOMPARE(record.state, std::string("stopped"));
        QCOMPARE(contentOf(here.run.logFile()), "worker " + std::to_string(*pid) + "\n");
        QCOMPARE(::waitpid(-1, nullptr, WNOHANG), pid_t(-1));  // no child of ours is left: no zombie
    }

    void theExitRecordIsWrittenWhenTheStarterIsGone()
    {
        RunInTemporaryFolder here;
        const std::string go = (here.run.path / "go").string();
        const pid_t starter = ::fork();
        if (starter == 0) {
            const auto pid = startDetached(here.run, shell("while [ ! -e '" + go + "' ]; do sleep 0.01; done; kill -KILL $$"));
            ::_exit(pid ? 0 : 1);
        }
        int status = 0;
        ::waitpid(starter, &status, 0);
        QCOMPARE(status, 0);
        QVERIFY(!readExitRecord(here.run).has_value());
        std::ofstream(go).put('\n');
        const ExitRecord record = waitForExit(here.run);
        QCOMPARE(record.state, std::string("interrupted"));
        QCOMPARE(record.signal, SIGKILL);
    }
};

QTEST_GUILESS_MAIN(SupervisorTest)
#include "supervisor_test.moc"
