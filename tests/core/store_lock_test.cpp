// One worker a run, and the state of a run as lock, exit record and events tell it.
#include <QtTest>

#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "tests/support/child_process.h"
#include "tests/support/store_fixture.h"

using namespace moebel;
using fixture::Child;
namespace fs = std::filesystem;

namespace {

// Takes the lock and keeps it until it is killed.
bool holdLock(const RunFolder& run)
{
    static std::optional<RunLock> held;
    auto lock = RunLock::acquire(run);
    if (!lock) return false;
    held.emplace(*std::move(lock));
    return true;
}

// Writes events, takes the lock, and keeps both open.
bool work(const RunFolder& run, const std::vector<RunEvent>& events)
{
    static std::unique_ptr<RunWriter> writer;
    if (!holdLock(run)) return false;
    auto opened = RunWriter::open(run);
    if (!opened) return false;
    writer = *std::move(opened);
    for (const RunEvent& event : events) writer->receive(event);
    return writer->flush().ok();
}

QString word(RunState state) { return QString::fromStdString(std::string(name(state))); }

}  // namespace

class StoreLockTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aSecondWorkerIsRefusedAndTheFirstIsNamed();
    void theLockOfAKilledWorkerIsTakenOver();
    void aLockGivenBackCanBeTakenAgain();
    void lookingForTheWorkerDoesNotDisturbIt();
    void aForeignPidInTheLockIsNoWorker();
    void aCopiedRunFolderIsNotLocked();
    void theStateIsToldFromTheDisk();
    void theSocketLivesInAPrivateFolder();
    void theSocketOfALiveWorkerIsFoundFromAnotherEnvironment();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_runs;
};

void StoreLockTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_runs = fixture::pathOf(*m_folder) / "runs";
    fs::create_directories(fixture::pathOf(*m_folder) / "runtime");
    ::setenv("XDG_RUNTIME_DIR", (fixture::pathOf(*m_folder) / "runtime").c_str(), 1);
}

void StoreLockTest::aSecondWorkerIsRefusedAndTheFirstIsNamed()
{
    const RunFolder run = fixture::makeRun(m_runs);
    QVERIFY(!liveWorker(run));
    Child worker([&] { return holdLock(run); });
    QVERIFY(worker.succeeded());
    QCOMPARE(liveWorker(run).value_or(0), std::int64_t(worker.pid()));
    const auto second = RunLock::acquire(run);
    QVERIFY(!second.ok());
    QCOMPARE(second.error().code, std::string("run-locked"));
    QVERIFY(second.error().message.find(std::to_string(worker.pid())) != std::string::npos);
    QCOMPARE(liveWorker(run).value_or(0), std::int64_t(worker.pid()));  // the refusal changed nothing
}

void StoreLockTest::theLockOfAKilledWorkerIsTakenOver()
{
    const RunFolder run = fixture::makeRun(m_runs);
    for (int round = 0; round < 3; ++round) {
        Child worker([&] { return holdLock(run); });
        QVERIFY(worker.succeeded());
        worker.kill();
        QVERIFY(!liveWorker(run));
    }
    const auto lock = RunLock::acquire(run);
    QVERIFY(lock.ok());
    QCOMPARE(liveWorker(run).value_or(0), std::int64_t(::getpid()));
}

void StoreLockTest::aLockGivenBackCanBeTakenAgain()
{
    const RunFolder run = fixture::makeRun(m_runs);
    {
        auto lock = RunLock::acquire(run);
        QVERIFY(lock.ok());
        RunLock moved = *std::move(lock);
        QVERIFY(liveWorker(run).has_value());
        QVERIFY(!RunLock::acquire(run).ok());  // not even by the same process
    }
    QVERIFY(!liveWorker(run));
    QCOMPARE(fs::file_size(run.lockFile()), std::uintmax_t(0));
    QVERIFY(RunLock::acquire(run).ok());
}

void StoreLockTest::lookingForTheWorkerDoesNotDisturbIt()
{
    const RunFolder run = fixture::makeRun(m_runs);
    std::atomic<bool> done{false};
    std::thread looking([&] {
        while (!done) (void)liveWorker(run);
    });
    int refused = 0;
    for (int i = 0; i < 500; ++i)
        if (!RunLock::acquire(run)) ++refused;
    done = true;
    looking.join();
    QCOMPARE(refused, 0);
}

void StoreLockTest::aForeignPidInTheLockIsNoWorker()
{
    const RunFolder run = fixture::makeRun(m_runs);
    Child foreign([] { return true; });  // lives, but never worked on the run
    struct stat info = {};
    std::ofstream(run.lockFile()) << "";
    ::stat(run.lockFile().c_str(), &info);
    std::string boot;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
    const auto content = [&](const std::string& start, const std::string& bootId) {
        return "{\"v\":1,\"pid\":" + std::to_string(foreign.pid()) + ",\"start\":" + start + ",\"boot\":\"" + bootId +
               "\",\"socket\":\"\",\"device\":" + std::to_string(info.st_dev) + ",\"inode\":" + std::to_string(info.st_ino) + "}";
    };
    for (const std::string& text : {content("5", boot), content("5", "another start of the machine"), std::string("{"),
                                    std::string(""), std::string("12345"), std::string(200'000, 'x')}) {
        std::ofstream(run.lockFile(), std::ios::trunc) << text;
        QVERIFY2(!liveWorker(run), text.substr(0, 200).c_str());
        QVERIFY2(RunLock::acquire(run).ok(), text.substr(0, 200).c_str());
    }
}

void StoreLockTest::aCopiedRunFolderIsNotLocked()
{
    const RunFolder run = fixture::makeRun(m_runs);
    Child worker([&] { return holdLock(run); });
    const RunFolder copy{m_runs / "copy"};
    fs::copy(run.path, copy.path, fs::copy_options::recursive);
    QVERIFY(fs::file_size(copy.lockFile()) > 0);
    QVERIFY(!liveWorker(copy));
    QCOMPARE(word(runStatus(copy).state), "interrupted");
    QVERIFY(RunLock::acquire(copy).ok());
    QVERIFY(liveWorker(run).has_value());
}

void StoreLockTest::theStateIsToldFromTheDisk()
{
    const RunFolder run = fixture::makeRun(m_runs);
    QCOMPARE(word(runStatus(run).state), "queued");
    {
        Child worker([&] { return work(run, {RunStarted{run.id(), false, 1, 20, 2}, fixture::step(1, 3), fixture::step(2, 2)}); });
        QVERIFY(worker.succeeded());
        const RunStatus running = runStatus(run);
        QCOMPARE(word(running.state), "running");
        QCOMPARE(running.step, 2);
        QCOMPARE(running.totalSteps, 20);
    }
    const RunStatus vanished = runStatus(run);
    QCOMPARE(word(vanished.state), "interrupted");
    QVERIFY(!vanished.ending);
    QVERIFY2(vanished.reason.find("step 2") != std::string::npos, vanished.reason.c_str());
    {
        Child worker([&] { return work(run, {RunStarted{run.id(), true, 1, 20, 2}, RunPaused{1, "wish"}}); });
        QCOMPARE(word(runStatus(run).state), "paused");
    }
    {
        Child worker([&] { return work(run, {RunPaused{1, "wish"}, RunResumed{1}}); });
        QCOMPARE(word(runStatus(run).state), "running");
    }
    {
        Child worker([&] { return work(run, {RunFinished{20, 1}}); });
    }
    QCOMPARE(word(runStatus(run).state), "interrupted");  // never finished without an exit record
    QVERIFY(runStatus(run).reason.find("exit record") != std::string::npos);
    QVERIFY(runStatus(run).ending);  // it may still come
    std::filesystem::last_write_time(run.database(), std::filesystem::file_time_type::clock::now() - std::chrono::seconds(11));
    QVERIFY(!runStatus(run).ending);

    for (const char* state : {"finished", "stopped", "failed", "interrupted"}) {
        QVERIFY(writeExitRecord(run, {state, 0, 9, "", 1}).ok());
        QCOMPARE(word(runStatus(run).state), state);
    }
    QVERIFY(writeExitRecord(run, {"failed", 1, 0, "the loss was not finite", 1}).ok());
    QCOMPARE(runStatus(run).reason, std::string("the loss was not finite"));
    {
        Child worker([&] { return work(run, {RunStarted{run.id(), true, 1, 20, 2}}); });
        QCOMPARE(word(runStatus(run).state), "running");  // a live lock wins over an old exit record
    }
    fs::rename(run.experimentFile(), run.path / "gone.toml");
    QCOMPARE(word(runStatus(run).state), "damaged");
    fs::rename(run.path / "gone.toml", run.experimentFile());
    fs::resize_file(run.database(), 5000);
    QCOMPARE(word(runStatus(run).state), "damaged");
    QVERIFY(!runStatus(run).reason.empty());
}

void StoreLockTest::theSocketLivesInAPrivateFolder()
{
    const RunFolder run = fixture::makeRun(m_runs);
    const fs::path socket = socketPath(run);
    QVERIFY(socket.string().size() < 108);
    struct stat info = {};
    QCOMPARE(::stat(socket.parent_path().c_str(), &info), 0);
    QCOMPARE(int(info.st_mode & 0777), 0700);
    QVERIFY(socket != socketPath(fixture::makeRun(m_runs)));
    fs::create_directory_symlink(run.path, fixture::pathOf(*m_folder) / "link");
    QCOMPARE(socketPath(RunFolder{fixture::pathOf(*m_folder) / "link"}).string(), socket.string());

    ::setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
    QCOMPARE(socketPath(run).parent_path().string(), "/tmp/moebel-" + std::to_string(::getuid()));
}

void StoreLockTest::theSocketOfALiveWorkerIsFoundFromAnotherEnvironment()
{
    const RunFolder run = fixture::makeRun(m_runs);
    const fs::path socket = socketPath(run);
    Child worker([&] { return holdLock(run); });
    ::unsetenv("XDG_RUNTIME_DIR");
    QCOMPARE(socketPath(run).string(), socket.string());
    worker.kill();
    QVERIFY(socketPath(run) != socket);
}

QTEST_GUILESS_MAIN(StoreLockTest)
#include "store_lock_test.moc"
