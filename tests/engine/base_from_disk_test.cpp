// A run on a base model that is a checkpoint: the same as on the base that was pretrained, refused where it does not fit, and
// evaluated when that holds nobody up.
#include <QtTest>
#include <map>

#include "engine/model/checkpoint/safetensors.h"
#include "tests/support/tiny_run.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

constexpr std::int64_t kTotal = 78;

QString said(const Status& status) { return status ? QStringLiteral("done") : QString::fromStdString(status.error().message); }

std::map<std::string, double> baseScores(const TinyRun& run)
{
    std::map<std::string, double> scores;
    for (const EvaluationFinished& evaluation : run.sink.all<EvaluationFinished>())
        for (const Score& score : evaluation.scores)
            if (evaluation.boundary && score.checkpoint == "base" && score.metric == "bits-per-byte") scores[score.language] = score.value;
    return scores;
}

}  // namespace

class BaseFromDiskTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void baseWithAnotherVocabularyIsRefused();
    void baseFromACheckpointIsTheSameModel();
    void aBaseFromDiskIsEvaluatedWithTheFirstEvaluationSoThatTrainingBeginsAtOnce();

private:
    std::filesystem::path runs() const { return m_folder.filePath("runs").toStdString(); }

    OwnCache m_cache;
    QTemporaryDir m_folder;
    std::unique_ptr<TinyRun> m_undisturbed;  ///< pretrained its base, which is in the cache now
};

void BaseFromDiskTest::initTestCase()
{
    m_undisturbed = std::make_unique<TinyRun>(runs());
    QVERIFY2(m_undisturbed->created_error.empty(), m_undisturbed->created_error.c_str());
    const Status done = m_undisturbed->work(false);
    QVERIFY2(done, qPrintable(said(done)));
}

void BaseFromDiskTest::baseWithAnotherVocabularyIsRefused()
{
    Experiment experiment = tinyExperiment();
    experiment.base.kind = BaseKind::Checkpoint;
    experiment.base.path = (m_undisturbed->run.checkpoints() / "step-000045").string();
    experiment.tokenizer.vocabulary = 700;  // more than the model has rows
    std::filesystem::copy(experiment.base.path, m_folder.filePath("base").toStdString());
    std::filesystem::remove(m_folder.filePath("base/tokenizer.model").toStdString());
    experiment.base.path = m_folder.filePath("base").toStdString();
    TinyRun run(runs(), experiment);
    QVERIFY2(run.created_error.empty(), run.created_error.c_str());
    const Status refused = run.work(false);
    QVERIFY(!refused);
    QVERIFY2(refused.error().code == "vocabulary-mismatch", qPrintable(said(refused)));
    QCOMPARE(refused.error().kind, ErrorKind::InvalidInput);
}

void BaseFromDiskTest::baseFromACheckpointIsTheSameModel()
{
    // The cached base of the undisturbed run, read as a checkpoint, gives the same scores.
    const std::filesystem::path bases = userCacheFolder() / "bases";
    Experiment experiment = tinyExperiment();
    experiment.base.kind = BaseKind::Checkpoint;
    for (const auto& entry : std::filesystem::directory_iterator(bases)) {
        experiment.base.path = entry.path().string();
        TinyRun run(runs(), experiment);
        const Status done = run.work(false);
        QVERIFY2(done, qPrintable(said(done)));
        if (run.weightsHash(kTotal) == m_undisturbed->weightsHash(kTotal)) {
            QCOMPARE(baseScores(run), baseScores(*m_undisturbed));
            return;
        }
    }
    QFAIL("no base of the cache led to the weights of the run that used it");
}

void BaseFromDiskTest::aBaseFromDiskIsEvaluatedWithTheFirstEvaluationSoThatTrainingBeginsAtOnce()
{
    Experiment experiment = tinyExperiment();
    experiment.base.kind = BaseKind::Checkpoint;
    experiment.base.path = m_folder.filePath("own-base").toStdString();
    std::filesystem::copy(std::filesystem::directory_iterator(userCacheFolder() / "bases")->path(), experiment.base.path);
    auto file = readSafetensors(std::filesystem::path(experiment.base.path) / "model.safetensors");
    QVERIFY(file);
    file->tensors.at("model.norm.weight").mul_(1.01);  // a model that nobody has evaluated
    QVERIFY(writeSafetensors(std::filesystem::path(experiment.base.path) / "model.safetensors", {file->tensors.begin(), file->tensors.end()},
                             file->metadata));
    const auto placeOf = [](const TinyRun& run, const auto& is) {
        const auto& events = run.sink.events;
        return std::find_if(events.begin(), events.end(), is) - events.begin();
    };
    const auto isBase = [](const RunEvent& event) {
        const auto* evaluation = std::get_if<EvaluationFinished>(&event);
        return evaluation && evaluation->stage == -1 && evaluation->boundary;
    };
    const auto isStart = [](const RunEvent& event) { return std::holds_alternative<StageStarted>(event); };

    TinyRun stopped(runs(), experiment);
    QVERIFY(!stopped.workUntil(false, 2));  // before the first evaluation
    QVERIFY(baseScores(stopped).empty());
    const Status done = stopped.work(true);
    QVERIFY2(done, qPrintable(said(done)));
    QVERIFY(placeOf(stopped, isBase) > placeOf(stopped, isStart));
    QCOMPARE(baseScores(stopped).size(), experiment.languages.size());

    TinyRun known(runs(), experiment);
    QVERIFY(known.work(false));
    QVERIFY(placeOf(known, isBase) < placeOf(known, isStart));
    QCOMPARE(baseScores(known), baseScores(stopped));

    experiment.stages[0].trainable = TrainableSet::All;  // the first step would change it
    experiment.evaluation.heldoutBytes += 1;
    TinyRun trained(runs(), experiment);
    QVERIFY(trained.work(false));
    QVERIFY(placeOf(trained, isBase) < placeOf(trained, isStart));
}

QTEST_GUILESS_MAIN(BaseFromDiskTest)
#include "base_from_disk_test.moc"
