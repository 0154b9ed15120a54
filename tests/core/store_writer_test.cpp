// Writing run.sqlite while others read, while the disk is full, and when the file is not what it should be.
#include <QtTest>

#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "tests/support/store_access.h"
#include "tests/support/store_fixture.h"

using namespace moebel;
using namespace fixture;

class StoreWriterTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void theJournalIsNeverAWriteAheadLog();
    void destroyingTheWriterCommitsWhatIsQueued();
    void rowsAppearWithoutAFlushWithinSeconds();
    void readersSeeWholeCommitsWhileAWriterWrites();
    void aReaderThatHoldsOnDelaysACommitButLosesNothing();
    void aFullDiskKeepsRowsUntilThereIsRoom();
    void aNewerSchemaIsRefusedAndReadOnWish();
    void whatIsNotARunIsSaidSo_data();
    void whatIsNotARunIsSaidSo();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    RunFolder m_run;
};

void StoreWriterTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_run = fixture::makeRun(fixture::pathOf(*m_folder));
}

void StoreWriterTest::theJournalIsNeverAWriteAheadLog()
{
    const auto writer = writerOf(m_run);
    tell(*writer, {fixture::step(1, 1)});
    QFile database(QString::fromStdString(m_run.database().string()));
    QFileInfo journal(database.fileName() + "-journal");
    QVERIFY(journal.exists() && journal.size() == 0);  // TRUNCATE
    QVERIFY(!QFileInfo::exists(database.fileName() + "-wal"));
    // Looked at by name of the file, not with another descriptor: closing one would drop the writer's locks.
    QCOMPARE(OwnSql(m_run).column("PRAGMA journal_mode"), QStringList("delete"));  // not "wal"
    QVERIFY(sqlite3_libversion_number() >= 3040001);
}

void StoreWriterTest::destroyingTheWriterCommitsWhatIsQueued()
{
    writerOf(m_run)->receive(fixture::step(1, 1));
    QCOMPARE(stepsOf(readerOf(m_run), "loss"), QList<std::int64_t>({1}));
}

void StoreWriterTest::rowsAppearWithoutAFlushWithinSeconds()
{
    const auto writer = writerOf(m_run);
    writer->receive(fixture::step(1, 1));
    const RunReader reader = readerOf(m_run);
    QTRY_COMPARE_WITH_TIMEOUT(stepsOf(reader, "loss").size(), 1, 30'000);
    writer->receive(RunPaused{1, "wish"});
    QTRY_COMPARE_WITH_TIMEOUT(reader.lastState().value(), std::string("paused"), 30'000);
}

void StoreWriterTest::readersSeeWholeCommitsWhileAWriterWrites()
{
    constexpr int kSteps = 2000;
    const auto writer = writerOf(m_run);
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0}, looks{0};
    const auto look = [&] {
        const RunReader reader = readerOf(m_run);
        std::int64_t before = 0;
        while (!done) {
            const auto series = reader.series("loss", "");
            if (!series) {
                ++wrong;
                continue;
            }
            const auto count = std::int64_t(series->points.size());
            if (count < before || (count > 0 && series->points.back().step != count)) ++wrong;
            before = count;
            ++looks;
        }
    };
    std::thread first(look), second(look);
    while (looks + wrong == 0) std::this_thread::yield();
    for (int i = 1; i <= kSteps; ++i) {
        writer->receive(fixture::step(i, i));
        if (i % 50 == 0) QVERIFY(writer->flush().ok());
    }
    const Status flushed = writer->flush();
    done = true;
    first.join();
    second.join();
    QVERIFY(flushed.ok());
    QCOMPARE(wrong.load(), 0);
    QVERIFY(looks.load() > 0);
    QCOMPARE(stepsOf(readerOf(m_run), "loss").size(), kSteps);
}

void StoreWriterTest::aReaderThatHoldsOnDelaysACommitButLosesNothing()
{
    const auto writer = writerOf(m_run);
    OwnSql holding(m_run);
    holding.run("BEGIN");
    holding.column("SELECT count(*) FROM run");
    writer->receive(fixture::step(1, 1));
    std::thread release([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        holding.run("COMMIT");
    });
    const Status flushed = writer->flush();
    release.join();
    QVERIFY(flushed.ok());
    QCOMPARE(stepsOf(readerOf(m_run), "loss"), QList<std::int64_t>({1}));
}

void StoreWriterTest::aFullDiskKeepsRowsUntilThereIsRoom()
{
    std::signal(SIGXFSZ, SIG_IGN);
    const auto writer = writerOf(m_run);
    tell(*writer, {fixture::step(1, 1)});
    rlimit before = {};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit small = before;
    small.rlim_cur = std::filesystem::file_size(m_run.database());
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
    for (int i = 2; i <= 200; ++i) {
        writer->receive(fixture::step(i, i));
        writer->receive(RoutingSampled{0, i, RoutingSplit::Training, fixture::routing(i)});
    }
    const Status full = writer->flush();
    const std::optional<Error> fault = writer->fault();
    const auto meanwhile = stepsOf(readerOf(m_run), "loss");
    ::setrlimit(RLIMIT_FSIZE, &before);

    QVERIFY(!full.ok());
    QVERIFY2(full.error().kind == ErrorKind::NoSpace, full.error().message.c_str());
    QVERIFY(fault && fault->code == "no-space");
    QVERIFY(!meanwhile.isEmpty() && meanwhile.size() < 200);  // what is stored can be read
    QVERIFY(writer->flush().ok());
    QVERIFY(!writer->fault());
    QCOMPARE(stepsOf(readerOf(m_run), "loss").size(), 200);
    QCOMPARE(readerOf(m_run).captures()->size(), std::size_t(199));
    QCOMPARE(OwnSql(m_run).column("PRAGMA integrity_check"), QStringList("ok"));
}

void StoreWriterTest::aNewerSchemaIsRefusedAndReadOnWish()
{
    tell(*writerOf(m_run), {fixture::step(1, 1)});
    OwnSql(m_run).run("PRAGMA user_version = 99; ALTER TABLE run ADD COLUMN mood TEXT");
    const auto refused = RunReader::open(m_run);
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().code, std::string("newer-schema"));
    QVERIFY(refused.error().kind == ErrorKind::InvalidInput);
    QVERIFY(refused.error().message.find("99") != std::string::npos);
    QCOMPARE(RunWriter::open(m_run).error().code, std::string("newer-schema"));
    const auto reader = RunReader::open(m_run, NewerSchema::Read);
    QVERIFY(reader.ok());
    QVERIFY(reader->newerSchema());
    QCOMPARE(stepsOf(*reader, "loss"), QList<std::int64_t>({1}));
}

void StoreWriterTest::whatIsNotARunIsSaidSo_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("code");
    QTest::newRow("another program's database") << "PRAGMA application_id = 5" << QByteArray() << "not-a-run";
    QTest::newRow("a table is missing") << "DROP TABLE checkpoint" << QByteArray() << "damaged";
    QTest::newRow("a view in place of a table")
        << "DROP TABLE sample_score; CREATE VIEW sample_score AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
           "SELECT x FROM c"
        << QByteArray() << "damaged";
    QTest::newRow("a column is missing") << "ALTER TABLE language DROP COLUMN role" << QByteArray() << "damaged";
    QTest::newRow("a trigger") << "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM event; END" << QByteArray() << "damaged";
    QTest::newRow("another view") << "DROP VIEW v_score; CREATE VIEW v_score AS SELECT 1" << QByteArray() << "damaged";
    QTest::newRow("text") << "" << QByteArray("this is no database, but long enough to be looked at for a while") << "damaged";
    QTest::newRow("empty") << "" << QByteArray("") << "not-a-run";
}

void StoreWriterTest::whatIsNotARunIsSaidSo()
{
    QFETCH(QString, sql);
    QFETCH(QByteArray, content);
    QFETCH(QString, code);
    if (!sql.isEmpty()) {
        OwnSql(m_run).run(qPrintable(sql));
    } else {
        std::ofstream file(m_run.database(), std::ios::trunc | std::ios::binary);
        file << content.toStdString();
    }
    const auto reader = RunReader::open(m_run);
    QVERIFY(!reader.ok());
    QCOMPARE(QString::fromStdString(reader.error().code), code);
    QVERIFY(reader.error().kind == ErrorKind::InvalidInput);
    QVERIFY(reader.error().message.find(m_run.database().string()) != std::string::npos);
    QVERIFY(!RunWriter::open(m_run).ok());
}

QTEST_GUILESS_MAIN(StoreWriterTest)
#include "store_writer_test.moc"
