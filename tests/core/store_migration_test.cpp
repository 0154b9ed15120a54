// A record of version 1, written by the program of that version (tests/golden/records): read as it is, and migrated once by the worker
// that goes on with it. The run was killed in the pretraining of its base, trained it anew, went on after step 2, and stopped.
#include <QtTest>

#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "moebel/experiment/experiment_compare.h"
#include "moebel/experiment/experiment_file.h"
#include "tests/support/store_access.h"
#include "tests/support/store_fixture.h"

using namespace moebel;
using namespace fixture;
namespace fs = std::filesystem;

namespace {

constexpr int kKills = 40;

int numberIn(const fs::path& file, const char* question)
{
    sqlite3* database = nullptr;
    sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database, question, -1, &statement, nullptr);
    const int number = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0) : -1;
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return number;
}

/// The same to whoever reads it, before and after.
void compareWithVersionOne(const RunFolder& run)
{
    const RunReader reader = readerOf(run);
    QVERIFY(!reader.newerSchema());
    QCOMPARE(reader.record()->title, std::string("Greek, Hungarian"));
    const MetricSeries base = {{"base.loss", "", "nats/token"}, {{1, 8.5}, {2, 8}, {3, 7.5}}};
    QVERIFY(reader.series("base.loss", "").value() == base);
    const MetricSeries loss = {{"loss", "", "nats/token"}, {{1, 5}, {2, 4}, {3, 3}, {4, 2.5}}};
    QVERIFY(reader.series("loss", "").value() == loss);
    QCOMPARE(reader.scores()->size(), std::size_t(4));
    QCOMPARE(reader.checkpoints()->size(), std::size_t(2));
    QVERIFY(reader.routing({0, 4, RoutingSplit::Evaluation}).value() == fixture::routing(2));
    QCOMPARE(reader.lastState().value(), std::string("run-stopped"));
    QVERIFY(reader.inputs().value() == RunInputs());  // which that version did not record
    QVERIFY(reader.expertOrigins()->empty() && reader.mixture()->empty());
    QVERIFY(!runStatus(run).pretraining());
}

}  // namespace

class StoreMigrationTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void anOlderRecordIsReadAsItIs();
    void anOlderDescriptionIsTodaysWithWhatItDidNotKnowAtItsDefaults();
    void theWorkerThatGoesOnMigratesAndKeepsACopy();
    void aMigratedRecordIsAsANewOne();
    void anOlderRecordThatIsNotAsItsVersionMadeItIsDamaged();
    void aKillAtAnyMomentLeavesOneOfTheTwoVersions();
    void aFullDiskLeavesTheOldVersion();

private:
    fs::path copyFile() const { return m_run.path / "run-version-1.sqlite"; }

    std::unique_ptr<QTemporaryDir> m_folder;
    RunFolder m_run;
};

void StoreMigrationTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_run = fixture::makeRun(fixture::pathOf(*m_folder));
    fs::copy_file(MOEBEL_SOURCE_DIR "/tests/golden/records/version_1.sqlite", m_run.database(), fs::copy_options::overwrite_existing);
}

void StoreMigrationTest::anOlderRecordIsReadAsItIs()
{
    compareWithVersionOne(m_run);
    QCOMPARE(numberIn(m_run.database(), "PRAGMA user_version"), 1);
    QCOMPARE(runStatus(m_run).state, RunState::Interrupted);  // nobody wrote how it ended
    QCOMPARE(runStatus(m_run).step, 4);
}

void StoreMigrationTest::anOlderDescriptionIsTodaysWithWhatItDidNotKnowAtItsDefaults()
{
    const RunRecord record = readerOf(m_run).record().value();
    const Experiment same = fixture::experiment();
    QVERIFY2(record.experimentHash != experimentHash(same), "the stored record knows all keys of today: it tells nothing here");
    QVERIFY(isSameDescription(record.experimentJson, same));
    const auto changed = [&](auto change) {
        Experiment other = same;
        change(other);
        return !isSameDescription(record.experimentJson, other);
    };
    QVERIFY2(changed([](Experiment& e) { e.seed.value = 8; }), "a key that it knew");
    QVERIFY2(changed([](Experiment& e) { e.deviation.steps = 11; }), "a section that it did not know");
    QVERIFY2(changed([](Experiment& e) { e.stages[1].routerWeight = 0.5; }), "a key of a stage that it did not know");
    QVERIFY2(changed([](Experiment& e) { e.stages.pop_back(); }), "a stage less");
    QVERIFY2(changed([](Experiment& e) { e.data.weights["el"] = 2; }), "a key that is written only where it is used");
    QVERIFY(!isSameDescription("", same) && !isSameDescription("[]", same));
}

void StoreMigrationTest::theWorkerThatGoesOnMigratesAndKeepsACopy()
{
    tell(*writerOf(m_run, 4), {RunStarted{m_run.id(), true, 4, 6, 2}, BaseReady{BaseSource::Cache, "a base", 2}, fixture::step(5, 2)});
    QCOMPARE(numberIn(m_run.database(), "PRAGMA user_version"), 3);
    QCOMPARE(stepsOf(readerOf(m_run), "loss"), QList<std::int64_t>({1, 2, 3, 4, 5}));
    QCOMPARE(readerOf(m_run).inputs()->baseIdentity, std::string("a base"));
    QCOMPARE(numberIn(copyFile(), "PRAGMA user_version"), 1);
    QCOMPARE(numberIn(copyFile(), "SELECT count(*) FROM attempt"), 3);
    const auto copied = fs::last_write_time(copyFile());
    { const auto again = writerOf(m_run, 5); }
    QCOMPARE(fs::last_write_time(copyFile()), copied);  // once is enough
}

void StoreMigrationTest::aMigratedRecordIsAsANewOne()
{
    { const auto writer = writerOf(m_run, 4); }
    compareWithVersionOne(m_run);
    const RunFolder fresh = fixture::makeRun(fixture::pathOf(*m_folder) / "fresh");
    const char* const shape = "SELECT type || name || replace(replace(sql, ' ', ''), char(10), '') FROM sqlite_schema ORDER BY 1";
    QCOMPARE(OwnSql(m_run).column(shape), OwnSql(fresh).column(shape));
}

void StoreMigrationTest::anOlderRecordThatIsNotAsItsVersionMadeItIsDamaged()
{
    OwnSql(m_run).run("DROP VIEW v_score; CREATE VIEW v_score AS SELECT 1 AS value");
    QCOMPARE(RunReader::open(m_run).error().code, std::string("damaged"));
    QCOMPARE(RunWriter::open(m_run).error().code, std::string("damaged"));
    OwnSql(m_run).run("PRAGMA user_version = 0");
    QCOMPARE(RunReader::open(m_run).error().code, std::string("damaged"));
    QCOMPARE(numberIn(m_run.database(), "SELECT count(*) FROM attempt"), 3);
}

void StoreMigrationTest::aKillAtAnyMomentLeavesOneOfTheTwoVersions()
{
    const fs::path before = m_run.path / "before.sqlite";
    fs::copy_file(m_run.database(), before);
    std::mt19937 random(std::random_device{}());
    int old = 0, migrated = 0;
    for (int kill = 0; kill < kKills; ++kill) {
        fs::copy_file(before, m_run.database(), fs::copy_options::overwrite_existing);
        fs::remove(m_run.database().string() + "-journal");
        const pid_t child = ::fork();
        if (child == 0) {
            const auto lock = RunLock::acquire(m_run);
            const auto writer = RunWriter::open(m_run, 4);
            ::_exit(0);
        }
        ::usleep(useconds_t(random() % 16'000));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        const auto reader = RunReader::open(m_run);  // rolls back what was cut
        QVERIFY2(reader.ok(), reader.ok() ? "" : reader.error().message.c_str());
        QCOMPARE(stepsOf(*reader, "loss"), QList<std::int64_t>({1, 2, 3, 4}));
        QCOMPARE(stepsOf(*reader, "base.loss"), QList<std::int64_t>({1, 2, 3}));
        ++(numberIn(m_run.database(), "PRAGMA user_version") == 1 ? old : migrated);
        if (fs::exists(copyFile())) QCOMPARE(numberIn(copyFile(), "PRAGMA user_version"), 1);
        QVERIFY(RunWriter::open(m_run, 4).ok());
        QCOMPARE(numberIn(m_run.database(), "PRAGMA user_version"), 3);
    }
    qInfo("%d kills before, %d after the migration", old, migrated);
}

void StoreMigrationTest::aFullDiskLeavesTheOldVersion()
{
    const pid_t child = ::fork();
    if (child == 0) {  // no file may grow
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit none{1024, 1024};
        ::setrlimit(RLIMIT_FSIZE, &none);
        const auto writer = RunWriter::open(m_run, 4);
        ::_exit(!writer && writer.error().kind == ErrorKind::NoSpace ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    QVERIFY(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    compareWithVersionOne(m_run);
    QVERIFY(!fs::exists(copyFile()));
    for (const auto& entry : fs::directory_iterator(m_run.path))
        QVERIFY2(entry.path().string().find(".tmp-") == std::string::npos, entry.path().c_str());
}

QTEST_GUILESS_MAIN(StoreMigrationTest)
#include "store_migration_test.moc"
