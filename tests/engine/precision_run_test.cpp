// Runs in bf16: stopping changes no bit, checkpoints hold fp32 masters, nothing is shared with fp32 runs, other CPUs are
// refused.
#include <QtTest>

#include "engine/model/checkpoint/safetensors.h"
#include "moebel/base/file.h"
#include "tests/support/tiny_run.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

constexpr std::int64_t kStageOne = 45, kTotal = 78;

QString said(const Status& status) { return status ? QStringLiteral("done") : QString::fromStdString(status.error().message); }

Experiment roundedExperiment()
{
    Experiment experiment = tinyExperiment();
    experiment.compute.precision = Precision::BFloat16;
    return experiment;
}

/// Bits per byte by language, of the model or stage that the word names.
QMap<QString, double> boundaryScores(const TinyRun& run, const std::string& checkpoint)
{
    QMap<QString, double> scores;
    for (const EvaluationFinished& evaluation : run.sink.all<EvaluationFinished>())
        for (const Score& score : evaluation.scores)
            if (evaluation.boundary && score.checkpoint == checkpoint && score.metric == "bits-per-byte")
                scores[QString::fromStdString(score.language)] = score.value;
    return scores;
}

}  // namespace

class PrecisionRunTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void scoresAreNearThoseOfFp32();
    void theSameBaseIsEvaluatedInThePrecisionOfTheRun();
    void cutPretrainingGivesTheSameBits();
    void stoppedRunEndsWithTheSameBits_data();
    void stoppedRunEndsWithTheSameBits();
    void checkpointsHoldMastersInFp32AndFrozenWeightsInBf16();
    void cpuWithoutBf16IsRefusedBeforeAnythingIsDone();

private:
    std::filesystem::path runs() const { return m_folder.filePath("runs").toStdString(); }

    OwnCache m_cache;
    QTemporaryDir m_folder;
    std::unique_ptr<TinyRun> m_exact, m_undisturbed;
};

void PrecisionRunTest::initTestCase()
{
    m_exact = std::make_unique<TinyRun>(runs());
    const Status exact = m_exact->work(false);
    QVERIFY2(exact, qPrintable(said(exact)));
    m_undisturbed = std::make_unique<TinyRun>(runs(), roundedExperiment());
    const Status done = m_undisturbed->work(false);
    QVERIFY2(done, qPrintable(said(done)));
}

void PrecisionRunTest::scoresAreNearThoseOfFp32()
{
    bool pretrained = false;
    for (const StageStarted& stage : m_undisturbed->sink.all<StageStarted>()) pretrained = pretrained || stage.stage == -1;
    QVERIFY2(pretrained, "the base of the fp32 run was taken from the cache");
    for (const char* checkpoint : {"base", "post-pretraining", "review"}) {
        const auto exact = boundaryScores(*m_exact, checkpoint), rounded = boundaryScores(*m_undisturbed, checkpoint);
        QCOMPARE(rounded.size(), 4);
        for (const QString& language : exact.keys()) {
            const double difference = std::abs(rounded[language] - exact[language]) / exact[language];
            QVERIFY2(difference > 0 && difference < 0.02,
                     qPrintable(QString("%1 at %2: %3").arg(language, checkpoint).arg(difference)));
        }
    }
}

void PrecisionRunTest::theSameBaseIsEvaluatedInThePrecisionOfTheRun()
{
    const std::filesystem::path base = m_folder.filePath("base").toStdString();
    std::filesystem::copy(std::filesystem::directory_iterator(userCacheFolder() / "bases")->path(), base);
    QMap<QString, double> scores[2];
    for (const Precision precision : {Precision::Float32, Precision::BFloat16}) {
        Experiment experiment = tinyExperiment();
        experiment.base.kind = BaseKind::Checkpoint;
        experiment.base.path = base.string();
        experiment.compute.precision = precision;
        TinyRun run(runs(), experiment);
        const Status done = run.work(false);  // the base is evaluated with the first evaluation
        QVERIFY2(done, qPrintable(said(done)));
        scores[precision == Precision::BFloat16] = boundaryScores(run, "base");
    }
    QCOMPARE(scores[0].size(), 4);
    for (const QString& language : scores[0].keys()) {
        const double difference = std::abs(scores[1][language] - scores[0][language]) / scores[0][language];
        QVERIFY2(difference > 0 && difference < 0.005, qPrintable(QString("%1: %2").arg(language).arg(difference)));
    }
}

void PrecisionRunTest::cutPretrainingGivesTheSameBits()
{
    const OwnCache cache;
    TinyRun cut(runs(), roundedExperiment());
    QVERIFY(!cut.pretrainUntil(false, 13));
    const Status done = cut.work(true);
    QVERIFY2(done, qPrintable(said(done)));
    QCOMPARE(RunReader::open(cut.run)->inputs()->baseSource, std::string("trained"));
    QVERIFY(cut.points("base.loss") == m_undisturbed->points("base.loss"));
    QCOMPARE(cut.weightsHash(kTotal), m_undisturbed->weightsHash(kTotal));
}

void PrecisionRunTest::stoppedRunEndsWithTheSameBits_data()
{
    QTest::addColumn<QList<qint64>>("stops");
    QTest::newRow("inside stage 1") << QList<qint64>{17};
    QTest::newRow("at the end of stage 1") << QList<qint64>{kStageOne};
    QTest::newRow("in both stages") << QList<qint64>{9, 60};
}

void PrecisionRunTest::stoppedRunEndsWithTheSameBits()
{
    QFETCH(QList<qint64>, stops);
    TinyRun cut(runs(), roundedExperiment());
    bool resume = false;
    for (const qint64 stop : stops) {
        const Status stopped = cut.workUntil(resume, stop);
        QVERIFY(!stopped);
        QVERIFY2(stopped.error().kind == ErrorKind::Stopped, qPrintable(said(stopped)));
        resume = true;
    }
    const Status done = cut.work(true);
    QVERIFY2(done, qPrintable(said(done)));
    QCOMPARE(cut.weightsHash(kStageOne), m_undisturbed->weightsHash(kStageOne));
    QCOMPARE(cut.weightsHash(kTotal), m_undisturbed->weightsHash(kTotal));
    QVERIFY(!cut.points("loss").empty());
    QVERIFY(cut.points("loss") == m_undisturbed->points("loss"));
    QVERIFY(cut.points("bits-per-byte", "ba") == m_undisturbed->points("bits-per-byte", "ba"));
}

void PrecisionRunTest::checkpointsHoldMastersInFp32AndFrozenWeightsInBf16()
{
    const auto file = readSafetensors(m_undisturbed->run.checkpoints() / "step-000045" / "model.safetensors");
    QVERIFY(file);
    const auto typeOf = [&](const char* name) { return file->tensors.at(name).scalar_type(); };
    QCOMPARE(typeOf("model.layers.0.mlp.experts.1.up_proj.weight"), torch::kFloat32);
    QCOMPARE(typeOf("model.layers.0.mlp.router.weight"), torch::kFloat32);
    QCOMPARE(typeOf("model.norm.weight"), torch::kFloat32);
    QCOMPARE(typeOf("model.layers.0.mlp.experts.0.up_proj.weight"), torch::kBFloat16);
    QCOMPARE(typeOf("model.embed_tokens.weight"), torch::kBFloat16);
    const torch::Tensor trained = file->tensors.at("model.layers.0.mlp.experts.1.up_proj.weight");
    QVERIFY2(!trained.equal(trained.to(torch::kBFloat16).to(torch::kFloat32)), "the masters were rounded");
}

void PrecisionRunTest::cpuWithoutBf16IsRefusedBeforeAnythingIsDone()
{
    TinyRun run(runs(), roundedExperiment());
    run.cpuFeatures = "avx2 avx512f";
    const Status refused = run.work(false);
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, ErrorKind::InvalidInput);
    QVERIFY2(said(refused).contains("neither avx512_bf16 nor amx_bf16"), qPrintable(said(refused)));
    QVERIFY(run.sink.all<RunStarted>().empty());
    run.cpuFeatures = "amx_bf16";
    QVERIFY(!run.workUntil(false, 5));
    run.cpuFeatures = "avx2";  // a checkpoint that moved to another machine
    QCOMPARE(run.work(true).error().code, std::string("precision"));
}

QTEST_GUILESS_MAIN(PrecisionRunTest)
#include "precision_run_test.moc"
