// run.sqlite: what goes in comes out, what was superseded does not.
#include <QtTest>

#include <sqlite3.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "moebel/store/run_store.h"
#include "tests/support/store_fixture.h"

using namespace moebel;

namespace {

// A connection of somebody with his own SQL.
class OwnSql {
public:
    explicit OwnSql(const RunFolder& run) { sqlite3_open(run.database().c_str(), &m_database); }
    ~OwnSql() { sqlite3_close(m_database); }
    QStringList column(const char* sql)
    {
        QStringList values;
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v2(m_database, sql, -1, &statement, nullptr) != SQLITE_OK) return {sqlite3_errmsg(m_database)};
        while (sqlite3_step(statement) == SQLITE_ROW)
            values << QString::fromUtf8(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
        sqlite3_finalize(statement);
        return values;
    }
    void run(const char* sql) { sqlite3_exec(m_database, sql, nullptr, nullptr, nullptr); }

private:
    sqlite3* m_database = nullptr;
};

std::unique_ptr<RunWriter> writerOf(const RunFolder& run, std::int64_t resumeStep = -1)
{
    auto writer = RunWriter::open(run, resumeStep);
    if (!writer) qFatal("%s", writer.error().message.c_str());
    return *std::move(writer);
}

RunReader readerOf(const RunFolder& run)
{
    auto reader = RunReader::open(run);
    if (!reader) qFatal("%s", reader.error().message.c_str());
    return *std::move(reader);
}

QList<std::int64_t> stepsOf(const RunReader& reader, const char* metric, const char* language = "")
{
    QList<std::int64_t> steps;
    const auto series = reader.series(metric, language);
    for (const MetricPoint& point : series->points) steps << point.step;
    return steps;
}

void tell(RunWriter& writer, const std::vector<RunEvent>& events)
{
    for (const RunEvent& event : events) writer.receive(event);
    const Status done = writer.flush();
    if (!done) qFatal("%s", done.error().message.c_str());
}

}  // namespace

class RunStoreTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void theRowOfTheRunComesBack();
    void languagesAndStagesComeBack();
    void metricsAreSeriesByNameAndLanguage();
    void notANumberComesBackAsNotANumber();
    void scoresOfBoundariesAreListedAndOthersAreOnlyCurves();
    void routingComesBackToTheLastBit();
    void expertZeroIsReadAtTheBoundaries();
    void checkpointsRememberTheirRemoval();
    void eventsAreTheHistory();
    void pretrainingOfTheBaseHasItsOwnCurves();
    void rowsAfterTheResumeStepAreKeptButLeftOut();
    void aStepDoneTwiceCountsOnce();
    void viewsAreForPeopleWithTheirOwnSql();
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

void RunStoreTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_run = fixture::makeRun(fixture::pathOf(*m_folder));
}

void RunStoreTest::theRowOfTheRunComesBack()
{
    RunRecord record;
    record.device = {"cpu", "a cpu", "avx2 avx512f", 2, 24'000'000'000, "float32", 2, "2.11.0"};
    record.programVersion = "0.1.0";
    record.parentRun = "the one before";
    Experiment experiment = fixture::experiment();
    experiment.seed = {0xFFFF'FFFF'FFFF'FFF0};
    const auto run = createRun(fixture::pathOf(*m_folder), experiment, "{}", "My name", record);
    QVERIFY(run.ok());
    QCOMPARE(record.title, std::string("My name"));
    QCOMPARE(record.method, std::string("moe-lpr"));
    QCOMPARE(record.seed, 0xFFFF'FFFF'FFFF'FFF0);
    QVERIFY(readerOf(*run).record().value() == record);
}

void RunStoreTest::languagesAndStagesComeBack()
{
    tell(*writerOf(m_run), {StageStarted{0, StageKind::PostPretraining, 0, 10, {3, 1, 2}, 2, 99},
                            StageStarted{1, StageKind::Review, 10, 5, {3, 1, 2}, 1, 7}});
    const RunReader reader = readerOf(m_run);
    QVERIFY(reader.languages().value() == fixture::experiment().languages);
    const std::vector<StageRecord> stages = {{0, StageKind::PostPretraining, 0, 10, {3, 1, 2}, 2, 99},
                                             {1, StageKind::Review, 10, 5, {3, 1, 2}, 1, 7}};
    QVERIFY(reader.stages().value() == stages);
}

void RunStoreTest::metricsAreSeriesByNameAndLanguage()
{
    tell(*writerOf(m_run), {fixture::step(1, 4), fixture::step(2, 3), fixture::step(3, 0.1)});
    const RunReader reader = readerOf(m_run);
    const std::vector<MetricId> metrics = {{"language-model-loss", "el", "nats/token"}, {"loss", "", "nats/token"}};
    QVERIFY(reader.metrics().value() == metrics);
    const MetricSeries loss = {{"loss", "", "nats/token"}, {{1, 4}, {2, 3}, {3, 0.1}}};
    QVERIFY(reader.series("loss", "").value() == loss);
    QCOMPARE(reader.series("loss", "", 2)->points.size(), std::size_t(1));
    QCOMPARE(reader.series("loss", "", 2)->points.front().step, 3);
    QVERIFY(reader.series("no such metric", "")->points.empty());
    QCOMPARE(reader.reached()->step, 3);
}

void RunStoreTest::notANumberComesBackAsNotANumber()
{
    tell(*writerOf(m_run), {fixture::step(1, std::nan("")), fixture::step(2, INFINITY)});
    const MetricSeries series = readerOf(m_run).series("loss", "").value();
    const auto& points = series.points;
    QCOMPARE(points.size(), std::size_t(2));
    QVERIFY(std::isnan(points[0].value));
    QCOMPARE(points[1].value, double(INFINITY));
}

void RunStoreTest::scoresOfBoundariesAreListedAndOthersAreOnlyCurves()
{
    const Score base = fixture::score("el", "base", 0, 4);
    const Score end = fixture::score("el", "post-pretraining", 10, 2);
    tell(*writerOf(m_run), {EvaluationFinished{-1, 0, true, {base}},
                            EvaluationFinished{0, 5, false, {fixture::score("el", "post-pretraining", 5, 3)}},
                            EvaluationFinished{0, 10, true, {end}}});
    const RunReader reader = readerOf(m_run);
    const std::vector<Score> scores = {base, end};
    QVERIFY(reader.scores().value() == scores);
    const MetricSeries curve = {{"bits-per-byte", "el", "bits/byte"}, {{0, 4}, {5, 3}, {10, 2}}};
    QVERIFY(reader.series("bits-per-byte", "el").value() == curve);
}

void RunStoreTest::routingComesBackToTheLastBit()
{
    const RoutingSampled training{0, 5, RoutingSplit::Training, fixture::routing(1)};
    const RoutingSampled evaluation{0, 5, RoutingSplit::Evaluation, fixture::routing(1e15)};
    RoutingStats other({4, 4}, 2);
    other.tokens(LanguageId{1}) = 3;
    tell(*writerOf(m_run), {training, evaluation, RoutingSampled{1, 9, RoutingSplit::Training, other}});
    const RunReader reader = readerOf(m_run);
    const std::vector<RoutingCapture> captures = {
        {0, 5, RoutingSplit::Evaluation}, {0, 5, RoutingSplit::Training}, {1, 9, RoutingSplit::Training}};
    QVERIFY(reader.captures().value() == captures);
    QVERIFY(reader.routing(captures[0]).value() == evaluation.stats);
    QVERIFY(reader.routing(captures[1]).value() == training.stats);
    QVERIFY(reader.routing(captures[2]).value() == other);
    QCOMPARE(reader.routing({7, 7, RoutingSplit::Training}).error().code, std::string("no-capture"));
}

void RunStoreTest::expertZeroIsReadAtTheBoundaries()
{
    const RoutingStats stats = fixture::routing();
    tell(*writerOf(m_run), {StageStarted{0, StageKind::PostPretraining, 0, 10, {3, 1, 2}, 2, 0},
                            StageStarted{1, StageKind::Review, 10, 5, {3, 1, 2}, 2, 0},
                            RoutingSampled{0, 0, RoutingSplit::Evaluation, stats},
                            RoutingSampled{0, 5, RoutingSplit::Evaluation, stats},
                            RoutingSampled{0, 10, RoutingSplit::Training, stats},
                            RoutingSampled{0, 10, RoutingSplit::Evaluation, stats},
                            RoutingSampled{1, 15, RoutingSplit::Evaluation, stats}});
    const auto scores = readerOf(m_run).expertZero();
    QVERIFY(scores.ok());
    QCOMPARE(scores->size(), std::size_t(3 * 2 * 2));  // boundaries, languages, layers with a router
    QStringList checkpoints;
    for (const ExpertZeroScore& score : *scores) checkpoints << QString::fromStdString(score.checkpoint);
    checkpoints.removeDuplicates();
    QCOMPARE(checkpoints, QStringList({"expansion", "post-pretraining", "review"}));
    const ExpertZeroScore& last = scores->back();
    const ExpertId expert{LayerId{2}, 0};
    const ExpertZeroScore expected{"review", "el", 2, meanScore(stats, LanguageId{1}, expert), topOneShare(stats, LanguageId{1}, expert)};
    QVERIFY(last == expected);
}

void RunStoreTest::checkpointsRememberTheirRemoval()
{
    const CheckpointWritten first{0, 5, "checkpoints/step-000005", "aa", 10, ""};
    const CheckpointWritten second{0, 10, "checkpoints/step-000010", "bb", 11, first.folder};
    tell(*writerOf(m_run), {first, second, CheckpointRemoved{first.folder}});
    const std::vector<CheckpointRecord> expected = {{0, 5, first.folder, "aa", 10, "", true},
                                                    {0, 10, second.folder, "bb", 11, first.folder, false}};
    QVERIFY(readerOf(m_run).checkpoints().value() == expected);
}

void RunStoreTest::eventsAreTheHistory()
{
    tell(*writerOf(m_run), fixture::everyEvent());
    const RunReader reader = readerOf(m_run);
    QStringList kinds;
    const auto events = reader.events();
    for (const EventRecord& event : *events) kinds << QString::fromStdString(event.kind);
    QStringList expected;
    for (const RunEvent& event : fixture::everyEvent())
        if (kindName(event) != "step" && kindName(event) != "routing")
            expected << QString::fromStdString(std::string(kindName(event)));
    QCOMPARE(kinds, expected);
    QCOMPARE(reader.events(events->at(2).row)->size(), events->size() - 3);
    QCOMPARE(events->back().message, std::string("the disk is full"));
    QVERIFY(events->back().time > 1.6e9);
    QCOMPARE(reader.lastState().value(), std::string("run-failed"));

    OwnSql sql(m_run);
    const auto details = sql.column("SELECT detail FROM event ORDER BY event");
    QVERIFY(fromJsonLine(details.back().toStdString()).value() == fixture::everyEvent().back());
}

void RunStoreTest::pretrainingOfTheBaseHasItsOwnCurves()
{
    tell(*writerOf(m_run), {StageStarted{-1, StageKind::Pretraining, 0, 3, {1, 1}, 1, 5}, fixture::step(1, 9, -1),
                            fixture::step(2, 8, -1), fixture::step(3, 7, -1), fixture::step(1, 5)});
    QCOMPARE(stepsOf(readerOf(m_run), "base.loss"), QList<std::int64_t>({1, 2, 3}));
    QCOMPARE(stepsOf(readerOf(m_run), "loss"), QList<std::int64_t>({1}));
    QCOMPARE(readerOf(m_run).reached()->step, 1);

    tell(*writerOf(m_run, 0), {fixture::step(1, 6)});  // the base came from the cache
    QCOMPARE(stepsOf(readerOf(m_run), "base.loss"), QList<std::int64_t>({1, 2, 3}));
    tell(*writerOf(m_run, 0), {StageStarted{-1, StageKind::Pretraining, 0, 3, {1, 1}, 1, 5}, fixture::step(1, 2, -1)});
    QCOMPARE(stepsOf(readerOf(m_run), "base.loss"), QList<std::int64_t>({1}));
}

void RunStoreTest::rowsAfterTheResumeStepAreKeptButLeftOut()
{
    tell(*writerOf(m_run),
         {fixture::step(1, 1), fixture::step(2, 2), fixture::step(3, 3), RoutingSampled{0, 2, RoutingSplit::Training, fixture::routing(1)},
          RoutingSampled{0, 3, RoutingSplit::Training, fixture::routing(2)},
          EvaluationFinished{0, 2, true, {fixture::score("el", "post-pretraining", 2, 2)}},
          EvaluationFinished{0, 3, true, {fixture::score("el", "review", 3, 3)}},
          CheckpointWritten{0, 2, "checkpoints/step-000002", "h", 1, ""}, CheckpointWritten{0, 3, "checkpoints/step-000003", "h", 1, ""}});
    {
        const auto writer = writerOf(m_run, 2);
        const RunReader reader = readerOf(m_run);
        QCOMPARE(stepsOf(reader, "loss"), QList<std::int64_t>({1, 2}));
        QCOMPARE(reader.captures()->size(), std::size_t(1));
        QCOMPARE(reader.scores()->size(), std::size_t(1));
        QCOMPARE(reader.checkpoints()->size(), std::size_t(1));
        QCOMPARE(reader.reached()->step, 2);
        QVERIFY(!reader.routing({0, 3, RoutingSplit::Training}).ok());
        tell(*writer, {fixture::step(3, 33), RoutingSampled{0, 3, RoutingSplit::Training, fixture::routing(22)}});
        QCOMPARE(reader.series("loss", "")->points.back().value, 33.0);
        QVERIFY(reader.routing({0, 3, RoutingSplit::Training}).value() == fixture::routing(22));
    }
    QCOMPARE(OwnSql(m_run).column("SELECT count(*) FROM metric_point JOIN metric USING (metric) WHERE name = 'loss'").front(), "4");

    const auto fresh = writerOf(m_run);  // from the beginning: nothing before counts
    QVERIFY(stepsOf(readerOf(m_run), "loss").isEmpty());
    QVERIFY(readerOf(m_run).scores()->empty());
}

void RunStoreTest::aStepDoneTwiceCountsOnce()
{
    const auto evaluation = [](double value) {
        return EvaluationFinished{0, 2, true, {fixture::score("el", "review", 2, value)}};
    };
    tell(*writerOf(m_run), {evaluation(5), RoutingSampled{0, 2, RoutingSplit::Evaluation, fixture::routing(1)}});
    tell(*writerOf(m_run, 2), {evaluation(6), RoutingSampled{0, 2, RoutingSplit::Evaluation, fixture::routing(2)}, evaluation(7)});
    const RunReader reader = readerOf(m_run);
    QCOMPARE(reader.scores()->size(), std::size_t(1));
    QCOMPARE(reader.scores()->front().value, 7.0);
    QCOMPARE(reader.series("bits-per-byte", "el")->points.size(), std::size_t(1));
    QCOMPARE(reader.series("bits-per-byte", "el")->points.front().value, 7.0);
    QCOMPARE(reader.captures()->size(), std::size_t(1));
    QVERIFY(reader.routing({0, 2, RoutingSplit::Evaluation}).value() == fixture::routing(2));
}

void RunStoreTest::viewsAreForPeopleWithTheirOwnSql()
{
    tell(*writerOf(m_run), {fixture::step(1, 1), fixture::step(2, 2), EvaluationFinished{0, 2, true, {fixture::score("el", "review", 2, 2)}},
                            RoutingSampled{0, 2, RoutingSplit::Training, fixture::routing()},
                            CheckpointWritten{0, 2, "checkpoints/step-000002", "h", 1, ""}});
    tell(*writerOf(m_run, 1), {fixture::step(2, 22)});
    OwnSql sql(m_run);
    QCOMPARE(sql.column("SELECT step || ':' || value FROM v_metric WHERE name = 'loss' ORDER BY step"), QStringList({"1:1.0", "2:22.0"}));
    QCOMPARE(sql.column("SELECT language FROM v_score"), QStringList());
    QCOMPARE(sql.column("SELECT language || kind FROM v_routing"), QStringList());
    QCOMPARE(sql.column("SELECT folder FROM v_checkpoint"), QStringList());
    tell(*writerOf(m_run, 1), {EvaluationFinished{0, 2, true, {fixture::score("el", "review", 2, 2)}},
                               RoutingSampled{0, 2, RoutingSplit::Training, fixture::routing()}});
    QCOMPARE(sql.column("SELECT task || checkpoint || value FROM v_score"), QStringList({"bits-per-bytereview2.0"}));
    QCOMPARE(sql.column("SELECT language || length(sums) || experts FROM v_routing WHERE kind = 'soft-score' ORDER BY language"),
             QStringList({"el48[3,1,2]", "en48[3,1,2]"}));
}

void RunStoreTest::theJournalIsNeverAWriteAheadLog()
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

void RunStoreTest::destroyingTheWriterCommitsWhatIsQueued()
{
    writerOf(m_run)->receive(fixture::step(1, 1));
    QCOMPARE(stepsOf(readerOf(m_run), "loss"), QList<std::int64_t>({1}));
}

void RunStoreTest::rowsAppearWithoutAFlushWithinSeconds()
{
    const auto writer = writerOf(m_run);
    writer->receive(fixture::step(1, 1));
    const RunReader reader = readerOf(m_run);
    QTRY_COMPARE_WITH_TIMEOUT(stepsOf(reader, "loss").size(), 1, 30'000);
    writer->receive(RunPaused{1, "wish"});
    QTRY_COMPARE_WITH_TIMEOUT(reader.lastState().value(), std::string("paused"), 30'000);
}

void RunStoreTest::readersSeeWholeCommitsWhileAWriterWrites()
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

void RunStoreTest::aReaderThatHoldsOnDelaysACommitButLosesNothing()
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

void RunStoreTest::aFullDiskKeepsRowsUntilThereIsRoom()
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

void RunStoreTest::aNewerSchemaIsRefusedAndReadOnWish()
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

void RunStoreTest::whatIsNotARunIsSaidSo_data()
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

void RunStoreTest::whatIsNotARunIsSaidSo()
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

QTEST_GUILESS_MAIN(RunStoreTest)
#include "run_store_test.moc"
