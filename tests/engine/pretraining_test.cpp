// The pretraining of a base inside a run: cut anywhere it ends in the same base, and what it does is told and kept.
#include <QtTest>
#include <fstream>
#include <random>

#include "moebel/base/file.h"
#include "tests/support/tiny_run.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

constexpr std::int64_t kBase = 40, kTotal = 78;

QString said(const Status& status) { return status ? QStringLiteral("done") : QString::fromStdString(status.error().message); }

/// The hash of the one base in the cache.
std::string hashOfBase()
{
    std::string hash = "no base";
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(userCacheFolder() / "bases", none)) {
        hash = hash == "no base" ? sha256OfFile(entry.path() / "model.safetensors").value() : "several bases";
    }
    return hash;
}

std::vector<std::string> baseCheckpoints(const TinyRun& run)
{
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(run.run.checkpoints())) {
        if (entry.path().filename().string().starts_with("base-")) names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// Steps of the pretraining that were done before the newest start of it; -1: it was not started.
std::int64_t stepsDone(const TinyRun& run)
{
    std::int64_t done = -1;
    for (const StageStarted& stage : run.sink.all<StageStarted>()) {
        if (stage.stage < 0) done = stage.stepsDone;
    }
    return done;
}

}  // namespace

class PretrainingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void itsStepsAreToldAndKept();
    void cutPretrainingGivesTheSameBaseAndTheSameRun_data();
    void cutPretrainingGivesTheSameBaseAndTheSameRun();
    void itsCheckpointsComeAndGo();
    void aDamagedCheckpointFallsBackToTheOneBefore();
    void savedOnWish();
    void aStoppedRunSaysWhereItsPretrainingStands();
    void otherThreadsStartItOver();
    void aBaseOfOtherThreadsIsTakenFromTheCache();
    void withoutACacheTheLastCheckpointKeepsTheBase();

private:
    std::filesystem::path runs() const { return m_folder.filePath("runs").toStdString(); }

    OwnCache m_cache;
    QTemporaryDir m_folder;
    std::unique_ptr<TinyRun> m_undisturbed;
    std::string m_base;  ///< hash of the undisturbed run's
};

void PretrainingTest::initTestCase()
{
    m_undisturbed = std::make_unique<TinyRun>(runs());
    const Status done = m_undisturbed->work(false);
    QVERIFY2(done, qPrintable(said(done)));
    m_base = hashOfBase();
    QCOMPARE(m_base.size(), std::size_t(64));
}

void PretrainingTest::itsStepsAreToldAndKept()
{
    for (const char* metric : {"base.loss", "base.language-model-loss", "base.gradient-norm", "base.learning-rate"}) {
        const auto points = m_undisturbed->points(metric);
        QVERIFY2(std::int64_t(points.size()) == kBase && points.front().step == 1 && points.back().step == kBase, metric);
    }
    QVERIFY(m_undisturbed->points("base.loss").back().value < m_undisturbed->points("base.loss").front().value);
    QCOMPARE(m_undisturbed->points("base.language-model-loss", "aa").size(), std::size_t(2));  // every 20 steps
    QVERIFY(m_undisturbed->points("base.language-model-loss", "ba").empty());
    QCOMPARE(m_undisturbed->points("base.tokens-per-second").size(), std::size_t(2));
    QCOMPARE(std::int64_t(m_undisturbed->points("loss").size()), kTotal);
}

void PretrainingTest::cutPretrainingGivesTheSameBaseAndTheSameRun_data()
{
    QTest::addColumn<QList<qint64>>("stops");
    const auto seed = qEnvironmentVariableIsSet("MOEBEL_TEST_SEED") ? qEnvironmentVariableIntValue("MOEBEL_TEST_SEED")
                                                                    : int(std::random_device()() % 100000);
    qInfo("MOEBEL_TEST_SEED=%d", seed);
    std::mt19937 random{unsigned(seed)};
    QTest::newRow("after the first step") << QList<qint64>{1};
    QTest::newRow("somewhere") << QList<qint64>{2 + qint64(random() % 37)};
    QTest::newRow("where a checkpoint is due") << QList<qint64>{20};
    QTest::newRow("before the last step") << QList<qint64>{kBase - 1};
    QTest::newRow("three times") << QList<qint64>{3, 4, 25};
}

void PretrainingTest::cutPretrainingGivesTheSameBaseAndTheSameRun()
{
    QFETCH(QList<qint64>, stops);
    const OwnCache cache;
    TinyRun cut(runs());
    bool resume = false;
    std::int64_t before = 0;
    for (const qint64 stop : stops) {
        const Status stopped = cut.pretrainUntil(resume, stop);
        QVERIFY2(!stopped && stopped.error().kind == ErrorKind::Stopped, qPrintable(said(stopped)));
        QCOMPARE(stepsDone(cut), before);
        QCOMPARE(*resumeStep(cut.run), std::int64_t(0));
        before = stop;
        resume = true;
    }
    const Status done = cut.work(true);
    QVERIFY2(done, qPrintable(said(done)));
    QCOMPARE(stepsDone(cut), before);
    QCOMPARE(hashOfBase(), m_base);
    QCOMPARE(cut.weightsHash(kTotal), m_undisturbed->weightsHash(kTotal));
    for (const char* metric : {"base.loss", "base.gradient-norm", "base.learning-rate", "loss"}) {
        QVERIFY2(!cut.points(metric).empty() && cut.points(metric) == m_undisturbed->points(metric), metric);
    }
    QVERIFY(cut.points("base.language-model-loss", "aa") == m_undisturbed->points("base.language-model-loss", "aa"));
    QVERIFY2(baseCheckpoints(cut).empty(), "the base is done and cached, but checkpoints of its pretraining are left");
}

void PretrainingTest::itsCheckpointsComeAndGo()
{
    const OwnCache cache;
    TinyRun run(runs());
    std::vector<std::string> atStep35, afterBase = {"?"};
    QVERIFY(run.work(false, [&](const RunEvent& event) {
        const auto* step = std::get_if<StepFinished>(&event);
        if (step && step->stage < 0 && step->step == 35) atStep35 = baseCheckpoints(run);
        if (std::holds_alternative<ExpertsAllocated>(event)) afterBase = baseCheckpoints(run);
    }));
    QCOMPARE(atStep35, (std::vector<std::string>{"base-000020", "base-000030"}));  // of 10, 20, 30 two are kept
    QVERIFY(afterBase.empty());
    int gone = 0;
    const auto rows = RunReader::open(run.run)->checkpoints();
    for (const CheckpointRecord& row : *rows) {
        gone += row.stage == -1 && row.removed;
        QVERIFY(row.stage >= 0 || row.folder == "checkpoints/base-0000" + std::to_string(row.step));
    }
    QCOMPARE(gone, 3);
    QVERIFY(!rows->back().removed && rows->back().step == kTotal);
}

void PretrainingTest::aDamagedCheckpointFallsBackToTheOneBefore()
{
    const OwnCache cache;
    TinyRun cut(runs());
    QVERIFY(!cut.pretrainUntil(false, 27));
    std::fstream stream(cut.run.checkpoints() / "base-000027" / "trainer.safetensors", std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(5000);
    stream.put('x');
    stream.close();
    const Status done = cut.work(true);
    QVERIFY2(done, qPrintable(said(done)));
    QCOMPARE(stepsDone(cut), std::int64_t(20));
    bool named = false;
    for (const Warned& warning : cut.sink.all<Warned>()) {
        named = named || (warning.message.find("base-000027") != std::string::npos && warning.message.find("base-000020") != std::string::npos);
    }
    QVERIFY2(named, "no warning names the damaged checkpoint and the one that was taken");
    QCOMPARE(hashOfBase(), m_base);
    QVERIFY(cut.points("base.loss") == m_undisturbed->points("base.loss"));
}

void PretrainingTest::savedOnWish()
{
    const OwnCache cache;
    TinyRun run(runs());
    QVERIFY(run.work(false, [&](const RunEvent& event) {
        const auto* step = std::get_if<StepFinished>(&event);
        if (step && step->stage < 0 && step->step == 7) run.control.save = true;
    }));
    bool written = false;
    for (const CheckpointWritten& checkpoint : run.sink.all<CheckpointWritten>()) {
        written = written || (checkpoint.stage == -1 && checkpoint.step == 7);
    }
    QVERIFY(written);
}

void PretrainingTest::aStoppedRunSaysWhereItsPretrainingStands()
{
    const OwnCache cache;
    TinyRun run(runs());
    QVERIFY(!run.pretrainUntil(false, 12));
    const RunStatus status = runStatus(run.run);
    QVERIFY(status.pretraining());
    QCOMPARE(status.baseStep, std::int64_t(12));
    QCOMPARE(status.baseSteps, kBase);
    QVERIFY(run.work(true));
    QVERIFY(!runStatus(run.run).pretraining());
    QCOMPARE(runStatus(run.run).step, kTotal);
}

void PretrainingTest::otherThreadsStartItOver()
{
    const OwnCache cache;
    TinyRun cut(runs());
    QVERIFY(!cut.pretrainUntil(false, 12));
    cut.threads = 2;
    QVERIFY(!cut.pretrainUntil(true, 5));
    QCOMPARE(stepsDone(cut), std::int64_t(0));
    const auto warnings = cut.sink.all<Warned>();
    QVERIFY2(!warnings.empty() && warnings.back().message.find("starts over") != std::string::npos, "nobody said that it starts over");
    QCOMPARE(std::int64_t(cut.points("base.loss").size()), std::int64_t(5));
}

void PretrainingTest::aBaseOfOtherThreadsIsTakenFromTheCache()
{
    TinyRun run(runs());
    run.threads = 2;
    const Status stopped = run.workUntil(false, 1);
    QVERIFY2(!stopped && stopped.error().kind == ErrorKind::Stopped, qPrintable(said(stopped)));
    QCOMPARE(stepsDone(run), std::int64_t(-1));
    const RunInputs inputs = *RunReader::open(run.run)->inputs(), trained = *RunReader::open(m_undisturbed->run)->inputs();
    QCOMPARE(inputs.baseSource, std::string("cache"));
    QCOMPARE(inputs.baseIdentity, trained.baseIdentity);
    QCOMPARE(inputs.baseThreads, 1);
    Experiment other = tinyExperiment();
    other.base.learningRate = 1e-3;  // another recipe
    TinyRun another(runs(), other);
    another.threads = 2;
    QVERIFY(!another.pretrainUntil(false, 1));
    QCOMPARE(stepsDone(another), std::int64_t(0));
}

void PretrainingTest::withoutACacheTheLastCheckpointKeepsTheBase()
{
    const OwnCache cache;
    std::filesystem::create_directories(userCacheFolder());
    std::ofstream(userCacheFolder() / "bases") << "a file where a folder should be";
    TinyRun run(runs());
    const Status stopped = run.workUntil(false, 1);
    QVERIFY2(!stopped && stopped.error().kind == ErrorKind::Stopped, qPrintable(said(stopped)));
    bool said = false;
    for (const Warned& warning : run.sink.all<Warned>()) said = said || warning.message.find("could not be kept") != std::string::npos;
    QVERIFY(said);
    QVERIFY(!baseCheckpoints(run).empty());
    QVERIFY(run.work(true));
    QCOMPARE(run.weightsHash(kTotal), m_undisturbed->weightsHash(kTotal));
    QVERIFY2(baseCheckpoints(run).empty(), "checkpoints of the stages do not replace those of the pretraining");
}

QTEST_GUILESS_MAIN(PretrainingTest)
#include "pretraining_test.moc"
