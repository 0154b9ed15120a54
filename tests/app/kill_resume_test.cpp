// The real program, killed with SIGKILL at random moments of every part of its work, ends as if it had not been disturbed.
#include <QtTest>

#include <cmath>
#include <random>

#include "moebel/base/file.h"
#include "moebel/base/hash.h"
#include "moebel/store/run_store.h"
#include "tests/support/moebel_process.h"
#include "tests/support/store_access.h"

using namespace moebel;
using namespace moebel::test;

namespace {

constexpr const char* kExperiment = R"(
title = "killed"
seed = 3
[languages]
original = ["aa", "ab"]
expanded = ["ba", "bb"]
[data]
source = "synthetic"
synthetic_documents = 120
[tokenizer]
vocabulary = 512
train_bytes_per_language = 40_000
[base]
layers = 2
width = 32
heads = 2
feed_forward_width = 64
context_length = 32
sequence_length = 32
tokens = 204_800
[expansion]
experts = 3
[[stage]]
kind = "post-pretraining"
tokens = 25_600
sequence_length = 32
balance_weight = 0.01
[[stage]]
kind = "review"
tokens = 25_600
sequence_length = 32
learning_rate = 1e-2
prior_weight = 0.3
replay_ratio = 1.0
[evaluation]
every_steps = 40
heldout_bytes = 3_000
heldout_bytes_during = 1_000
[checkpoint]
every_steps = 15
)";
constexpr std::int64_t kStageSteps = 200;

std::string hashOfEnd(const RunFolder& run)
{
    const auto hash = sha256OfFile(run.checkpoints() / "step-000400" / "model.safetensors");
    return hash ? *hash : hash.error().message;
}

std::vector<MetricPoint> points(const RunFolder& run, const std::string& metric, const std::string& language = {})
{
    const auto reader = RunReader::open(run);
    const auto series = reader ? reader->series(metric, language) : Result<MetricSeries>(reader.error());
    return series ? series->points : std::vector<MetricPoint>{};
}

/// A step without original text has no prior loss, which is NaN.
bool isSame(const std::vector<MetricPoint>& a, const std::vector<MetricPoint>& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const MetricPoint& x, const MetricPoint& y) {
        return x == y || (x.step == y.step && std::isnan(x.value) && std::isnan(y.value));
    });
}

/// More than one start of the run has steps of the base's pretraining that count.
bool wentOnInPretraining(const RunFolder& run)
{
    const char* const starts = "SELECT count(DISTINCT attempt) FROM v_metric WHERE name = 'base.loss'";
    return fixture::OwnSql(run).column(starts).value(0).toInt() > 1;
}

}  // namespace

class KillResumeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void killedInPretrainingAndInEveryStageEndsTheSame();
    void killedAtRandomMomentsAlwaysComesToItsEnd();
    void killedInRoundTwoEndsTheSame();
    void secondWorkerIsRefused();
    void stopVerbSavesAndResumeGoesOn();

private:
    QString experiment() const { return m_folder.filePath("experiment.toml"); }
    QStringList runArguments(const char* runs) const
    {
        return {"run", experiment(), "--runs", m_folder.filePath(runs), "--threads", "1"};
    }
    /// Waits for the run folder of a start.
    RunFolder runOf(const char* runs, Training& training) const;
    void compareWithUndisturbed(const RunFolder& run) const { compare(run, m_undisturbed); }
    static void compare(const RunFolder& run, const RunFolder& undisturbed);

    QTemporaryDir m_folder;
    RunFolder m_undisturbed;
    std::mt19937 m_random;
};

void KillResumeTest::initTestCase()
{
    const int seed = qEnvironmentVariableIsSet("MOEBEL_TEST_SEED") ? qEnvironmentVariableIntValue("MOEBEL_TEST_SEED")
                                                                   : int(std::random_device()() % 100000);
    qInfo("MOEBEL_TEST_SEED=%d", seed);
    m_random.seed(unsigned(seed));
    qputenv("XDG_CACHE_HOME", QByteArray(m_folder.filePath("undisturbed-cache").toUtf8()));
    qputenv("OMP_WAIT_POLICY", "passive");
    QVERIFY(writeFileAtomically(experiment().toStdString(), kExperiment));
    const Ended ended = call(runArguments("undisturbed"));
    QVERIFY2(ended.code == 0, ended.err.constData());
    m_undisturbed = runsIn(m_folder.filePath("undisturbed").toStdString()).at(0);
    QCOMPARE(std::int64_t(points(m_undisturbed, "loss").size()), 2 * kStageSteps);
    // The others train their base themselves, so that they can be killed there too.
    qputenv("XDG_CACHE_HOME", QByteArray(m_folder.filePath("cache").toUtf8()));
}

RunFolder KillResumeTest::runOf(const char* runs, Training& training) const
{
    for (;;) {
        const auto found = runsIn(m_folder.filePath(runs).toStdString());
        if (!found.empty() || !training.running()) {
            return found.empty() ? RunFolder{} : found.front();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

void KillResumeTest::compare(const RunFolder& run, const RunFolder& undisturbed)
{
    QCOMPARE(hashOfEnd(run), hashOfEnd(undisturbed));
    for (const char* metric : {"loss", "gradient-norm", "learning-rate", "prior-loss", "balance-loss"}) {
        QVERIFY2(isSame(points(run, metric), points(undisturbed, metric)), metric);
    }
    for (const char* language : {"aa", "ab", "ba", "bb"}) {
        QVERIFY2(points(run, "bits-per-byte", language) == points(undisturbed, "bits-per-byte", language), language);
    }
    const auto a = RunReader::open(run), b = RunReader::open(undisturbed);
    QVERIFY(a && b);
    QVERIFY(*a->scores() == *b->scores());
    QCOMPARE(runStatus(run).state, RunState::Finished);
}

void KillResumeTest::killedInPretrainingAndInEveryStageEndsTheSame()
{
    const auto below = [this](std::int64_t bound) { return std::int64_t(m_random() % std::uint64_t(bound)); };
    struct Kill {
        std::string kind;
        QString key;
        double value;
    };
    const std::vector<Kill> kills = {{"base-step", "step", double(20 + below(1500))},
                                     {"step", "step", double(1 + below(kStageSteps - 1))},
                                     {"step", "step", double(kStageSteps + 1 + below(kStageSteps - 5))}};
    RunFolder run;
    for (const Kill& kill : kills) {
        Training training(run.path.empty() ? runArguments("killed") : QStringList{"resume", QString::fromStdString(run.path)});
        run = runOf("killed", training);
        QVERIFY2(!run.path.empty(), training.err().constData());
        const bool reached = waitForEvent(run, kill.kind, kill.key, kill.value, [&] { return training.running(); });
        QVERIFY2(reached, qPrintable(QString("the run ended before %1 %2").arg(kill.key).arg(kill.value)));
        qInfo("killed at %s %g", kill.kind.c_str(), kill.value);
        QVERIFY(training.killBoth(run));
        QCOMPARE(runStatus(run).state, RunState::Interrupted);
        QVERIFY(!runStatus(run).reason.empty());
    }
    const Ended ended = call({"resume", QString::fromStdString(run.path)});
    QVERIFY2(ended.code == 0, ended.err.constData());
    compareWithUndisturbed(run);
    QVERIFY(points(run, "base.loss") == points(m_undisturbed, "base.loss"));
    QVERIFY2(wentOnInPretraining(run), "the pretraining of the base started over");
}

void KillResumeTest::killedAtRandomMomentsAlwaysComesToItsEnd()
{
    // Blind moments: between two events, inside a save, inside a commit. The step must have risen at the end all the same.
    RunFolder run;
    int kills = 0;
    for (bool ended = false; !ended;) {
        Training training(run.path.empty() ? runArguments("random") : QStringList{"resume", QString::fromStdString(run.path)});
        run = runOf("random", training);
        QVERIFY2(!run.path.empty(), training.err().constData());
        if (kills < 8) {
            std::this_thread::sleep_for(std::chrono::milliseconds(200 + std::int64_t(m_random() % 1200)));
            kills += training.killBoth(run) ? 1 : 0;
            ended = runStatus(run).state == RunState::Finished;
        } else {
            QVERIFY2(training.waitForEnd() == 0, training.err().constData());
            ended = true;
        }
    }
    qInfo("%d kills", kills);
    compareWithUndisturbed(run);
}

void KillResumeTest::killedInRoundTwoEndsTheSame()
{
    const QStringList second = {"--set", "base.kind=run",
                                "--set", "base.path=" + QString::fromStdString(m_undisturbed.path),
                                "--set", "languages.expanded=[\"ba\", \"bb\", \"bc\"]"};
    const Ended whole = call(runArguments("second") + second);
    QVERIFY2(whole.code == 0, whole.err.constData());
    const RunFolder undisturbed = runsIn(m_folder.filePath("second").toStdString()).at(0);
    RunFolder run;
    for (const std::int64_t first : {std::int64_t(1), kStageSteps + 1}) {
        const auto step = double(first + std::int64_t(m_random() % std::uint64_t(kStageSteps - 10)));
        Training training(run.path.empty() ? runArguments("second-killed") + second
                                           : QStringList{"resume", QString::fromStdString(run.path)});
        run = runOf("second-killed", training);
        QVERIFY2(waitForEvent(run, "step", "step", step, [&] { return training.running(); }), training.err().constData());
        qInfo("killed at step %g", step);
        QVERIFY(training.killBoth(run));
    }
    const Ended ended = call({"resume", QString::fromStdString(run.path)});
    QVERIFY2(ended.code == 0, ended.err.constData());
    compare(run, undisturbed);
}

void KillResumeTest::secondWorkerIsRefused()
{
    Training training(runArguments("twice"));
    const RunFolder run = runOf("twice", training);
    QVERIFY(waitForEvent(run, "step", "step", 1, [&] { return training.running(); }));
    const Ended second = call({"resume", QString::fromStdString(run.path)});
    QCOMPARE(second.code, 2);
    QVERIFY2(second.err.contains(QByteArray::number(qlonglong(*liveWorker(run)))), second.err.constData());
    QVERIFY2(training.waitForEnd() == 0, training.err().constData());
    compareWithUndisturbed(run);
}

void KillResumeTest::stopVerbSavesAndResumeGoesOn()
{
    Training training(runArguments("stopped"));
    const RunFolder run = runOf("stopped", training);
    QVERIFY(waitForEvent(run, "step", "step", 17, [&] { return training.running(); }));
    const Ended stop = call({"stop", QString::fromStdString(run.path)});
    QVERIFY2(stop.code == 0, stop.err.constData());
    QCOMPARE(training.waitForEnd(), 3);
    QCOMPARE(runStatus(run).state, RunState::Stopped);
    const Ended resumed = call({"resume", QString::fromStdString(run.path)});
    QVERIFY2(resumed.code == 0, resumed.err.constData());
    compareWithUndisturbed(run);
}

QTEST_GUILESS_MAIN(KillResumeTest)
#include "kill_resume_test.moc"
