// A writer that is killed at any moment loses nothing it acknowledged, and the next one goes on.
#include <QtTest>

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "moebel/base/file.h"
#include "moebel/store/checkpoint_folder.h"
#include "tests/support/store_fixture.h"

using namespace moebel;

namespace {

constexpr int kCycles = 30;

// Works on the run until it is killed: resumes from the newest checkpoint, and says every acknowledged step to the pipe.
[[noreturn]] void workUntilKilled(const RunFolder& run, int acknowledged)
{
    const auto lock = RunLock::acquire(run);
    if (!lock) ::_exit(10);
    const ReconciledCheckpoints checkpoints = reconcileCheckpoints(run);
    if (!checkpoints.damaged.empty()) ::_exit(11);
    const std::int64_t first = checkpoints.valid.empty() ? 0 : checkpoints.valid.back().step;
    auto writer = RunWriter::open(run, first);
    if (!writer) ::_exit(12);
    (*writer)->receive(RunStarted{run.id(), first > 0, first + 1, 1'000'000, 1});
    for (std::int64_t step = first + 1;; ++step) {
        (*writer)->receive(fixture::step(step, double(step)));
        (*writer)->receive(RoutingSampled{0, step, RoutingSplit::Training, fixture::routing(double(step))});
        if (step % 5 != 0) continue;
        if (!(*writer)->flush()) ::_exit(13);
        [[maybe_unused]] const ssize_t said = ::write(acknowledged, &step, sizeof(step));
        if (step % 10 != 0) continue;
        const auto info = writeCheckpoint(run, step, 20'000, [step](const std::filesystem::path& folder) {
            return writeFileAtomically(folder / "model.safetensors", std::string(20'000, char('a' + step / 10 % 26)));
        });
        if (!info) ::_exit(14);
        (*writer)->receive(CheckpointWritten{0, step, info->folder, info->hash, info->bytes, ""});
        for (const std::string& removed : pruneCheckpoints(run, 2, {})) (*writer)->receive(CheckpointRemoved{removed});
    }
}

// The last step that was acknowledged in a life of `milliseconds`; fails when the worker ended by itself.
std::int64_t liveAndDie(const RunFolder& run, int milliseconds, int& exitCode)
{
    int channel[2];
    if (::pipe(channel) != 0) qFatal("no pipe");
    const pid_t worker = ::fork();
    if (worker < 0) qFatal("no process");
    if (worker == 0) {
        ::close(channel[0]);
        workUntilKilled(run, channel[1]);
    }
    ::close(channel[1]);
    ::usleep(useconds_t(milliseconds) * 1000);
    ::kill(worker, SIGKILL);
    int status = 0;
    ::waitpid(worker, &status, 0);
    exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    std::int64_t step = 0, last = 0;
    while (::read(channel[0], &step, sizeof(step)) == ssize_t(sizeof(step))) last = step;
    ::close(channel[0]);
    return last;
}

QString integrityOf(const RunFolder& run)
{
    sqlite3* database = nullptr;
    sqlite3_open(run.database().c_str(), &database);
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database, "PRAGMA integrity_check", -1, &statement, nullptr);
    QString result = "no answer";
    if (sqlite3_step(statement) == SQLITE_ROW) result = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return result;
}

}  // namespace

class StoreCrashTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aKilledWriterLosesNothingAcknowledgedAndGoesOn();
    void aHotJournalIsRolledBackByTheFirstReader();
};

void StoreCrashTest::aKilledWriterLosesNothingAcknowledgedAndGoesOn()
{
    const unsigned seed = qEnvironmentVariableIntValue("MOEBEL_TEST_SEED") ? unsigned(qEnvironmentVariableIntValue("MOEBEL_TEST_SEED"))
                                                                           : std::random_device()();
    qInfo("MOEBEL_TEST_SEED=%u", seed);
    std::mt19937 random(seed);
    QTemporaryDir folder;
    const RunFolder run = fixture::makeRun(fixture::pathOf(folder));
    const int cycles = qEnvironmentVariableIntValue("MOEBEL_TEST_CYCLES") ? qEnvironmentVariableIntValue("MOEBEL_TEST_CYCLES") : kCycles;
    std::int64_t firstThird = 0;
    for (int cycle = 0; cycle < cycles; ++cycle) {
        int exitCode = 0;
        const std::int64_t acknowledged = liveAndDie(run, 20 + int(random() % 200), exitCode);
        QCOMPARE(exitCode, 0);

        QVERIFY(!liveWorker(run));
        const auto reader = RunReader::open(run);  // rolls a hot journal back
        QVERIFY2(reader.ok(), reader.ok() ? "" : reader.error().message.c_str());
        QCOMPARE(integrityOf(run), "ok");
        const auto series = reader->series("loss", "").value();
        QVERIFY(std::int64_t(series.points.size()) >= acknowledged);
        for (std::size_t i = 0; i < series.points.size(); ++i) {
            QCOMPARE(series.points[i].step, std::int64_t(i + 1));
            QCOMPARE(series.points[i].value, double(i + 1));
        }
        const auto captures = reader->captures().value();
        QVERIFY(std::int64_t(captures.size()) >= acknowledged);
        if (!captures.empty())
            QVERIFY(reader->routing(captures.back()).value() == fixture::routing(double(captures.back().step)));
        const ReconciledCheckpoints checkpoints = reconcileCheckpoints(run);
        QVERIFY(checkpoints.damaged.empty());
        if (cycle == cycles / 3) firstThird = reader->reached()->step;
    }
    const std::int64_t last = RunReader::open(run)->reached()->step;
    QVERIFY2(last > firstThird, qPrintable(QString("%1 after a third, %2 at the end").arg(firstThird).arg(last)));
    QVERIFY(RunWriter::open(run, 0).ok());
}

void StoreCrashTest::aHotJournalIsRolledBackByTheFirstReader()
{
    QTemporaryDir folder;
    const RunFolder run = fixture::makeRun(fixture::pathOf(folder));
    const pid_t killed = ::fork();
    if (killed < 0) qFatal("no process");
    if (killed == 0) {
        sqlite3* database = nullptr;
        sqlite3_open(run.database().c_str(), &database);
        sqlite3_exec(database, "PRAGMA journal_mode=TRUNCATE; PRAGMA cache_size=1; PRAGMA cache_spill=1; BEGIN IMMEDIATE", nullptr, nullptr,
                     nullptr);
        for (int i = 0; i < 500; ++i)
            sqlite3_exec(database, "INSERT INTO event (time, attempt, step, kind, message, detail) VALUES (1, 1, 1, 'x', "
                                   "hex(zeroblob(2000)), '')", nullptr, nullptr, nullptr);
        ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(killed, nullptr, 0);
    QVERIFY(std::filesystem::file_size(run.database().string() + "-journal") > 0);
    const auto reader = RunReader::open(run);
    QVERIFY2(reader.ok(), reader.ok() ? "" : reader.error().message.c_str());
    QVERIFY(reader->events()->empty());
    QCOMPARE(integrityOf(run), "ok");
}

QTEST_GUILESS_MAIN(StoreCrashTest)
#include "store_crash_test.moc"
