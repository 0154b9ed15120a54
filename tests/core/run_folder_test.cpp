// Run folders: made whole or not at all, found by id, locked by one worker, their state told from the disk.
#include <QtTest>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "moebel/base/file.h"
#include "tests/support/store_fixture.h"

using namespace moebel;
namespace fs = std::filesystem;

namespace {

// A child process that does `work` and then waits to be killed; kill() ends it as if the machine's memory had run out.
class Child {
public:
    template <typename Work>
    explicit Child(Work work)
    {
        int ready[2];
        if (::pipe(ready) != 0) qFatal("no pipe");
        m_pid = ::fork();
        if (m_pid == 0) {
            const bool done = work();
            [[maybe_unused]] const ssize_t said = ::write(ready[1], done ? "y" : "n", 1);
            for (;;) ::pause();
        }
        char answer = 0;
        if (::read(ready[0], &answer, 1) != 1) qFatal("the child died");
        m_succeeded = answer == 'y';
        ::close(ready[0]);
        ::close(ready[1]);
    }
    ~Child() { kill(); }
    void kill()
    {
        if (m_pid <= 0) return;
        ::kill(m_pid, SIGKILL);
        ::waitpid(m_pid, nullptr, 0);
        m_pid = 0;
    }
    pid_t pid() const { return m_pid; }
    bool succeeded() const { return m_succeeded; }

private:
    pid_t m_pid = 0;
    bool m_succeeded = false;
};

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

class RunFolderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void aNewRunHasItsFilesAndIsPrivate();
    void idsAreUniqueAndReadable();
    void aRunThatCantBeMadeLeavesNothingBehind();
    void leftoversOfAKilledCreatorAreRemoved();
    void runsAreFoundByFolderIdAndBeginning();
    void whatIsNoRunIsSaidSo();
    void notesComeBackAndReplaceEachOther();
    void exitRecordsComeBackAndGo();
    void brokenNotesAndExitRecordsAreNone();
    void thisMachineIsKnown();
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

void RunFolderTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_runs = fixture::pathOf(*m_folder) / "runs";
    fs::create_directories(fixture::pathOf(*m_folder) / "runtime");
    ::setenv("XDG_RUNTIME_DIR", (fixture::pathOf(*m_folder) / "runtime").c_str(), 1);
}

void RunFolderTest::cleanup() { fs::current_path("/"); }

void RunFolderTest::aNewRunHasItsFilesAndIsPrivate()
{
    const RunFolder run = fixture::makeRun(m_runs);
    for (const auto& file : {run.experimentFile(), run.planFile(), run.database(), run.checkpoints()}) QVERIFY(fs::exists(file));
    struct stat info = {};
    ::stat(run.path.c_str(), &info);
    QCOMPARE(int(info.st_mode & 0777), 0700);
    QCOMPARE(word(runStatus(run).state), "queued");
    QVERIFY(!fs::exists(run.lockFile()));
}

void RunFolderTest::idsAreUniqueAndReadable()
{
    QSet<QString> ids;
    for (int i = 0; i < 5; ++i) ids << QString::fromStdString(fixture::makeRun(m_runs, "Greek & Hungarian: 2!").id());
    QCOMPARE(ids.size(), 5);
    const QRegularExpression shape("^\\d{8}-\\d{6}-greek-hungarian-2(-\\d)?$");
    for (const QString& id : ids) QVERIFY2(shape.match(id).hasMatch(), qPrintable(id));
    QVERIFY(QString::fromStdString(fixture::makeRun(m_runs, "Ελληνικά").id()).endsWith("-run"));
    const auto reader = RunReader::open(RunFolder{m_runs / ids.begin()->toStdString()});
    QCOMPARE(QString::fromStdString(reader->record()->id), *ids.begin());
}

void RunFolderTest::aRunThatCantBeMadeLeavesNothingBehind()
{
    std::ofstream(fixture::pathOf(*m_folder) / "file") << "in the way";
    RunRecord record;
    QVERIFY(!createRun(fixture::pathOf(*m_folder) / "file" / "runs", fixture::experiment(), "{}", "", record).ok());

    Experiment twice = fixture::experiment();
    twice.languages.push_back(twice.languages.front());  // the database refuses it late
    QVERIFY(!createRun(m_runs, twice, "{}", "", record).ok());
    QVERIFY(!fs::exists(m_runs));
    const RunFolder other = fixture::makeRun(m_runs);
    QVERIFY(!createRun(m_runs, twice, "{}", "", record).ok());
    QCOMPARE(QDir(m_runs.c_str()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
             QStringList(QString::fromStdString(other.id())));
}

void RunFolderTest::leftoversOfAKilledCreatorAreRemoved()
{
    fs::create_directories(m_runs / ".new-999999999-20260101-000000-x" / "checkpoints");
    Child alive([] { return true; });
    const auto kept = m_runs / (".new-" + std::to_string(alive.pid()) + "-20260101-000000-y");
    fs::create_directories(kept);
    fixture::makeRun(m_runs);
    QVERIFY(!fs::exists(m_runs / ".new-999999999-20260101-000000-x"));
    QVERIFY(fs::exists(kept));
}

void RunFolderTest::runsAreFoundByFolderIdAndBeginning()
{
    const RunFolder first = fixture::makeRun(m_runs, "alpha");
    const RunFolder second = fixture::makeRun(m_runs, "alpha");
    fs::rename(second.path, m_runs / "other-run");
    const auto isFirst = [&](const Result<RunFolder>& found) { return found.ok() && fs::equivalent(found->path, first.path); };
    QVERIFY(isFirst(findRun(first.path.string())));
    QVERIFY(isFirst(findRun(first.path.string() + "/")));
    QVERIFY(isFirst(findRun(first.id(), m_runs)));
    QVERIFY(isFirst(findRun(first.id().substr(0, 9), m_runs)));
    fs::current_path(m_runs.parent_path());
    QVERIFY(isFirst(findRun(first.id())));
    QVERIFY(isFirst(findRun("runs/" + first.id())));
    fs::current_path(m_runs);
    QVERIFY(isFirst(findRun(first.id())));
    fs::current_path(first.path);
    QVERIFY(isFirst(findRun(".")));
    QCOMPARE(findRun(".")->id(), first.id());
    QVERIFY(isFirst(findRun(first.id())));

    fs::rename(m_runs / "other-run", m_runs / (first.id() + "-2"));
    QVERIFY(isFirst(findRun(first.id(), m_runs)));  // the whole id wins
    const auto two = findRun(first.id().substr(0, 9), m_runs);
    QCOMPARE(two.error().code, std::string("ambiguous-run"));
    QVERIFY(two.error().message.find(first.id() + "-2") != std::string::npos);
}

void RunFolderTest::whatIsNoRunIsSaidSo()
{
    const RunFolder run = fixture::makeRun(m_runs);
    QCOMPARE(findRun("nothing", m_runs).error().code, std::string("no-such-run"));
    QCOMPARE(findRun("", m_runs).error().code, std::string("no-such-run"));
    QCOMPARE(findRun(m_runs.string()).error().code, std::string("not-a-run"));
    std::ofstream(run.database(), std::ios::trunc) << "this is no database at all, but it is long enough to look";
    const auto damaged = findRun(run.id(), m_runs);
    QCOMPARE(damaged.error().code, std::string("damaged"));
    QCOMPARE(exitCode(damaged.error().kind), 2);
}

void RunFolderTest::notesComeBackAndReplaceEachOther()
{
    const RunFolder run = fixture::makeRun(m_runs);
    QVERIFY(readNotes(run) == RunNotes());
    const RunNotes notes = {{"good", "to \"show\"", "für später"}, "two\nlines with \\ and '''", true, "#aabbcc"};
    QVERIFY(writeNotes(run, notes).ok());
    QVERIFY(readNotes(run) == notes);
    QCOMPARE(writeNotes(run, {{}, "half \xC3", false, ""}).error().code, std::string("bad-text"));
    QVERIFY(readNotes(run) == notes);
    QVERIFY(writeNotes(run, {}).ok());
    QVERIFY(readNotes(run) == RunNotes());
}

void RunFolderTest::exitRecordsComeBackAndGo()
{
    const RunFolder run = fixture::makeRun(m_runs);
    QVERIFY(!readExitRecord(run));
    QVERIFY(removeExitRecord(run).ok());
    const ExitRecord record = {"failed", 1, 9, "killed by the system, \"probably\" out of memory", 1700000000.25};
    QVERIFY(writeExitRecord(run, record).ok());
    QVERIFY(readExitRecord(run) == record);
    QVERIFY(removeExitRecord(run).ok());
    QVERIFY(!readExitRecord(run));
}

void RunFolderTest::brokenNotesAndExitRecordsAreNone()
{
    const RunFolder run = fixture::makeRun(m_runs);
    for (const std::string& text : {std::string(), std::string("{"), std::string("= = ="), std::string("tags = 7\nnotes = 5"),
                                    std::string("[\"x\"]"), std::string("{\"state\":7}"), std::string(10'000, '[')}) {
        std::ofstream(run.exitFile(), std::ios::trunc) << text;
        std::ofstream(run.notesFile(), std::ios::trunc) << text;
        QVERIFY2(!readExitRecord(run), text.c_str());
        QVERIFY2(readNotes(run) == RunNotes(), text.c_str());
    }
}

void RunFolderTest::thisMachineIsKnown()
{
    const DeviceProfile machine = thisMachine();
    QVERIFY(!machine.cpu.empty() || !machine.features.empty());
    QVERIFY(machine.cores >= 1);
    QVERIFY(machine.memoryBytes > (std::int64_t(64) << 20));
}

void RunFolderTest::aSecondWorkerIsRefusedAndTheFirstIsNamed()
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

void RunFolderTest::theLockOfAKilledWorkerIsTakenOver()
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

void RunFolderTest::aLockGivenBackCanBeTakenAgain()
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

void RunFolderTest::lookingForTheWorkerDoesNotDisturbIt()
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

void RunFolderTest::aForeignPidInTheLockIsNoWorker()
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

void RunFolderTest::aCopiedRunFolderIsNotLocked()
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

void RunFolderTest::theStateIsToldFromTheDisk()
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

void RunFolderTest::theSocketLivesInAPrivateFolder()
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

void RunFolderTest::theSocketOfALiveWorkerIsFoundFromAnotherEnvironment()
{
    const RunFolder run = fixture::makeRun(m_runs);
    const fs::path socket = socketPath(run);
    Child worker([&] { return holdLock(run); });
    ::unsetenv("XDG_RUNTIME_DIR");
    QCOMPARE(socketPath(run).string(), socket.string());
    worker.kill();
    QVERIFY(socketPath(run) != socket);
}

QTEST_GUILESS_MAIN(RunFolderTest)
#include "run_folder_test.moc"
