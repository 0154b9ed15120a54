// A run in this process: what it tells, and that stopping, killing checkpoints and going on change no bit of its end.
#include <QtTest>
#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <thread>

#include "engine/model/checkpoint/safetensors.h"
#include "engine/runner/checkpoint_keeper.h"
#include "engine/runner/step_log.h"
#include "engine/runner/trainer_state.h"
#include "moebel/base/file.h"
#include "tests/support/tiny_run.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

constexpr std::int64_t kBase = 40, kStageOne = 45, kTotal = 78;

QString said(const Status& status) { return status ? QStringLiteral("done") : QString::fromStdString(status.error().message); }

bool sameValues(const std::vector<MetricPoint>& a, const std::vector<MetricPoint>& b) { return !a.empty() && a == b; }

}  // namespace

class RunnerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void eventsComeInTheOrderOfTheWork();
    void everyLanguageHasAScoreAtBaseAndAfterEachStage();
    void sameSeedGivesTheSameBitsAndTheBaseIsCached();
    void stoppedRunEndsWithTheSameBits_data();
    void stoppedRunEndsWithTheSameBits();
    void theRecordSaysWhatTheRunIsMadeOf();
    void aStepWithoutOriginalTextHasNoPriorLoss();
    void damagedNewestCheckpointFallsBackToTheOneBefore();
    void checkpointWithoutRowIsAdopted();
    void notFiniteLossIsNeverInTheWeights();
    void pauseWaitsAndChangesNothing();
    void saveWritesACheckpointNow();
    void changedDescriptionIsRefusedOnResume();
    void trainerStateSurvivesItsFile();

private:
    std::filesystem::path runs() const { return m_folder.filePath("runs").toStdString(); }

    OwnCache m_cache;
    QTemporaryDir m_folder;
    std::unique_ptr<TinyRun> m_undisturbed;
};

void RunnerTest::initTestCase()
{
    m_undisturbed = std::make_unique<TinyRun>(runs());
    QVERIFY2(m_undisturbed->created_error.empty(), m_undisturbed->created_error.c_str());
    const Status done = m_undisturbed->work(false);
    QVERIFY2(done, qPrintable(said(done)));
}

void RunnerTest::eventsComeInTheOrderOfTheWork()
{
    QStringList kinds;
    for (const RunEvent& event : m_undisturbed->sink.events) {
        QString word = QString::fromStdString(std::string(kindName(event)));
        if (const auto* stage = std::get_if<StageStarted>(&event)) {
            word += QString::number(stage->stage);
        } else if (const auto* evaluation = std::get_if<EvaluationFinished>(&event)) {
            word += evaluation->boundary ? "-boundary" : "-during";
        }
        if (kinds.isEmpty() || kinds.last() != word) {
            kinds.append(word);
        }
    }
    kinds.removeAll("progress");
    kinds.removeAll("routing");
    kinds.removeAll("step");
    kinds.removeAll("evaluation-during");
    kinds.removeAll("checkpoint");
    kinds.removeAll("checkpoint-removed");
    QCOMPARE(kinds, QStringList({"run-started", "text", "stage-started-1", "base", "evaluation-boundary", "allocation", "expansion",
                                 "stage-started0", "evaluation-boundary", "stage-started1", "evaluation-boundary", "run-finished"}));
    std::int64_t expected = 0, ofBase = 1;
    for (const StepFinished& step : m_undisturbed->sink.all<StepFinished>()) {
        QCOMPARE(step.step, step.stage < 0 ? ofBase++ : expected++);  // step 0 brings what the expansion did
    }
    QCOMPARE(expected, kTotal + 1);
    QCOMPARE(ofBase, kBase + 1);
}

void RunnerTest::everyLanguageHasAScoreAtBaseAndAfterEachStage()
{
    for (const char* language : {"aa", "ab", "ba", "bb"}) {
        for (const char* checkpoint : {"base", "post-pretraining", "review"}) {
            int found = 0;
            for (const EvaluationFinished& evaluation : m_undisturbed->sink.all<EvaluationFinished>()) {
                for (const Score& score : evaluation.scores) {
                    if (evaluation.boundary && score.language == language && score.checkpoint == checkpoint &&
                        score.metric == "bits-per-byte") {
                        ++found;
                        QVERIFY2(score.value > 0 && score.value < 12, qPrintable(QString::number(score.value)));
                        QVERIFY(score.samples > 0);
                    }
                }
            }
            QVERIFY2(found == 1, qPrintable(QString("%1 at %2: %3 scores").arg(language, checkpoint).arg(found)));
        }
    }
}

void RunnerTest::sameSeedGivesTheSameBitsAndTheBaseIsCached()
{
    TinyRun again(runs());
    const Status done = again.work(false);
    QVERIFY2(done, qPrintable(said(done)));
    for (const StageStarted& stage : again.sink.all<StageStarted>()) {
        QVERIFY2(stage.stage >= 0, "the base was trained again although an earlier run had trained the same");
    }
    QCOMPARE(again.weightsHash(kTotal), m_undisturbed->weightsHash(kTotal));
    QVERIFY(sameValues(again.points("loss"), m_undisturbed->points("loss")));
}

void RunnerTest::stoppedRunEndsWithTheSameBits_data()
{
    QTest::addColumn<QList<qint64>>("stops");
    const auto seed = qEnvironmentVariableIsSet("MOEBEL_TEST_SEED") ? qEnvironmentVariableIntValue("MOEBEL_TEST_SEED")
                                                                    : int(std::random_device()() % 100000);
    qInfo("MOEBEL_TEST_SEED=%d", seed);
    std::mt19937 random{unsigned(seed)};
    const qint64 inOne = 1 + qint64(random() % (kStageOne - 1)), inTwo = kStageOne + 1 + qint64(random() % 31);
    QTest::newRow("after the first step") << QList<qint64>{1};
    QTest::newRow("inside stage 1") << QList<qint64>{inOne};
    QTest::newRow("where an evaluation is due") << QList<qint64>{15};
    QTest::newRow("where a checkpoint is due") << QList<qint64>{20};
    QTest::newRow("at the end of stage 1") << QList<qint64>{kStageOne};
    QTest::newRow("inside stage 2") << QList<qint64>{inTwo};
    QTest::newRow("after the last step") << QList<qint64>{kTotal};
    QTest::newRow("three times") << QList<qint64>{3, inOne > 3 ? inOne : 4, inTwo};
}

void RunnerTest::stoppedRunEndsWithTheSameBits()
{
    QFETCH(QList<qint64>, stops);
    TinyRun cut(runs());
    bool resume = false;
    for (const qint64 stop : stops) {
        const Status stopped = cut.workUntil(resume, stop);
        QVERIFY(!stopped);
        QVERIFY2(stopped.error().kind == ErrorKind::Stopped, qPrintable(said(stopped)));
        QCOMPARE(*resumeStep(cut.run), stop);
        resume = true;
    }
    const Status done = cut.work(true);
    QVERIFY2(done, qPrintable(said(done)));
    QCOMPARE(cut.weightsHash(kTotal), m_undisturbed->weightsHash(kTotal));
    QCOMPARE(cut.weightsHash(kStageOne), m_undisturbed->weightsHash(kStageOne));
    for (const char* metric : {"loss", "language-model-loss", "gradient-norm", "learning-rate", "balance-loss", "prior-loss"}) {
        QVERIFY2(sameValues(cut.points(metric), m_undisturbed->points(metric)), metric);
    }
    for (const char* language : {"aa", "ba"}) {
        QVERIFY2(
            sameValues(cut.points("language-model-loss", language), m_undisturbed->points("language-model-loss", language)),
            language);
        QVERIFY2(sameValues(cut.points("bits-per-byte", language), m_undisturbed->points("bits-per-byte", language)), language);
    }
    const auto a = RunReader::open(cut.run), b = RunReader::open(m_undisturbed->run);
    QVERIFY(a && b);
    QVERIFY(*a->scores() == *b->scores());
    QVERIFY(*a->captures() == *b->captures());
    const auto captures = b->captures();
    QVERIFY(captures && !captures->empty());
    for (const RoutingCapture& capture : *captures) {
        QVERIFY2(*a->routing(capture) == *b->routing(capture), qPrintable(QString("capture at step %1").arg(capture.step)));
    }
}

void RunnerTest::theRecordSaysWhatTheRunIsMadeOf()
{
    const auto reader = RunReader::open(m_undisturbed->run);
    QVERIFY(reader);
    const RunInputs inputs = *reader->inputs();
    QCOMPARE(inputs.baseSource, std::string("trained"));
    QCOMPARE(inputs.baseThreads, 1);
    QVERIFY(std::filesystem::exists(userCacheFolder() / "bases" / inputs.baseIdentity));
    QCOMPARE(inputs.tokenizerHash.size(), std::size_t(64));
    QCOMPARE(inputs.dataHash.size(), std::size_t(64));
    const std::vector<std::vector<std::string>> origins(2, {"original", "copy", "copy"});
    QVERIFY(*reader->expertOrigins() == origins);
    const auto text = reader->text();
    QCOMPARE(text->size(), std::size_t(4));
    for (const auto& language : *text) QVERIFY(language.trainingTokens > 0 && language.trainingDocuments > language.heldoutDocuments);
    double original[3] = {}, all[3] = {};
    const auto mixture = reader->mixture();
    for (const MixtureShare& share : *mixture) {
        all[share.stage + 1] += share.share;
        if (share.language.starts_with("a")) original[share.stage + 1] += share.share;
    }
    for (const double sum : all) QVERIFY(std::abs(sum - 1) < 1e-9);
    QCOMPARE(original[0], 1.0);  // the base reads original languages only, stage 1 none, the review as many of both
    QCOMPARE(original[1], 0.0);
    QVERIFY(std::abs(original[2] - 0.5) < 0.01);
}

void RunnerTest::aStepWithoutOriginalTextHasNoPriorLoss()
{
    StageSpec stage;
    stage.priorWeight = 0.3;
    const std::vector<Language> languages = {{"aa", LanguageRole::Original}, {"ba", LanguageRole::Expanded}};
    StepLog log(stage, languages, 0);
    const auto priorLoss = [&](double original, double expanded) {
        StepResult result;
        result.priorLoss = original > 0 ? 0.75 : 0;
        result.languageLoss = {0, 0};
        result.languageTokens = {original, expanded};
        const auto metrics = log.metricsOf(result, 0.1, 1);
        return std::find_if(metrics.begin(), metrics.end(), [](const MetricValue& m) { return m.name == "prior-loss"; })->value;
    };
    QCOMPARE(priorLoss(8, 8), 0.75);
    QVERIFY(std::isnan(priorLoss(0, 16)));
}

void RunnerTest::damagedNewestCheckpointFallsBackToTheOneBefore()
{
    TinyRun cut(runs());
    QVERIFY(!cut.workUntil(false, 37));
    const auto file = cut.run.checkpoints() / "step-000037" / "model.safetensors";
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(5000);
    stream.put('x');
    stream.close();
    QCOMPARE(*resumeStep(cut.run), std::int64_t(30));
    const Status done = cut.work(true);
    QVERIFY2(done, qPrintable(said(done)));
    bool named = false;
    for (const Warned& warning : cut.sink.all<Warned>()) {
        named = named || (warning.message.find("step-000037") != std::string::npos &&
                          warning.message.find("step-000030") != std::string::npos);
    }
    QVERIFY2(named, "no warning names the damaged checkpoint and the one that was taken");
    QCOMPARE(cut.weightsHash(kTotal), m_undisturbed->weightsHash(kTotal));
    QVERIFY(sameValues(cut.points("loss"), m_undisturbed->points("loss")));
}

void RunnerTest::checkpointWithoutRowIsAdopted()
{
    TinyRun cut(runs());
    QVERIFY(!cut.workUntil(false, 12));
    // A kill between the rename of the folder and the commit of its row: the folder of another run at the same step stands in.
    TinyRun donor(runs());
    QVERIFY(!donor.workUntil(false, 17));
    std::filesystem::copy(donor.run.checkpoints() / "step-000017", cut.run.checkpoints() / "step-000017",
                          std::filesystem::copy_options::recursive);
    QCOMPARE(*resumeStep(cut.run), std::int64_t(17));
    const Status done = cut.work(true);
    QVERIFY2(done, qPrintable(said(done)));
    QCOMPARE(cut.weightsHash(kTotal), m_undisturbed->weightsHash(kTotal));
    const auto reader = RunReader::open(cut.run);
    QVERIFY(reader);
    bool adopted = false;
    const auto rows = reader->checkpoints();
    QVERIFY(rows);
    for (const CheckpointRecord& row : *rows) {
        adopted = adopted || row.step == 17;
    }
    QVERIFY2(adopted, "the checkpoint without a row was not adopted");
}

void RunnerTest::notFiniteLossIsNeverInTheWeights()
{
    // A base with one infinite weight: the first step's loss is not finite.
    const std::filesystem::path base = m_folder.filePath("infinite").toStdString();
    std::filesystem::copy(std::filesystem::directory_iterator(userCacheFolder() / "bases")->path(), base);
    auto file = readSafetensors(base / "model.safetensors");
    QVERIFY(file);
    file->tensors.at("model.layers.0.mlp.up_proj.weight").fill_(std::numeric_limits<float>::infinity());
    QVERIFY(writeSafetensors(base / "model.safetensors", {file->tensors.begin(), file->tensors.end()}, file->metadata));
    Experiment experiment = tinyExperiment();
    experiment.base.kind = BaseKind::Checkpoint;
    experiment.base.path = base.string();
    TinyRun run(runs(), experiment);
    QVERIFY2(run.created_error.empty(), run.created_error.c_str());
    const Status failedRun = run.work(false);
    QVERIFY(!failedRun);
    QVERIFY2(failedRun.error().code == "not-finite", qPrintable(said(failedRun)));
    const auto ends = run.sink.all<RunFailed>();
    QCOMPARE(ends.size(), std::size_t(1));
    QVERIFY2(ends[0].error.message.find("step 1:") != std::string::npos, ends[0].error.message.c_str());
    QVERIFY2(ends[0].error.message.find("none yet") != std::string::npos, ends[0].error.message.c_str());
    QVERIFY2(run.points("loss").empty(), "a step with a loss that is not finite was counted");
    QVERIFY2(!findCheckpoint(run.run).newest, "a checkpoint was written after a loss that is not finite");
}

void RunnerTest::pauseWaitsAndChangesNothing()
{
    TinyRun run(runs());
    std::thread goOn;
    const Status done = run.work(false, [&](const RunEvent& event) {
        if (const auto* step = std::get_if<StepFinished>(&event); step && step->step == 5) {
            run.control.pause = true;
        } else if (std::holds_alternative<RunPaused>(event)) {
            goOn = std::thread([&run] {
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
                run.control.pause = false;
            });
        }
    });
    if (goOn.joinable()) {
        goOn.join();
    }
    QVERIFY2(done, qPrintable(said(done)));
    QCOMPARE(run.sink.all<RunPaused>().size(), std::size_t(1));
    QCOMPARE(run.sink.all<RunPaused>()[0].step, std::int64_t(5));
    QCOMPARE(run.sink.all<RunResumed>().size(), std::size_t(1));
    QCOMPARE(run.weightsHash(kTotal), m_undisturbed->weightsHash(kTotal));
}

void RunnerTest::saveWritesACheckpointNow()
{
    TinyRun run(runs());
    QVERIFY(run.work(false, [&](const RunEvent& event) {
        if (const auto* step = std::get_if<StepFinished>(&event); step && step->step == 7) {
            run.control.save = true;
        }
    }));
    bool written = false;
    for (const CheckpointWritten& checkpoint : run.sink.all<CheckpointWritten>()) {
        written = written || checkpoint.step == 7;
    }
    QVERIFY(written);
}

void RunnerTest::changedDescriptionIsRefusedOnResume()
{
    TinyRun run(runs());
    QVERIFY(!run.workUntil(false, 12));
    Experiment other = tinyExperiment();
    other.stages[0].learningRate = 1e-4;
    QVERIFY(writeFileAtomically(run.run.experimentFile(), toToml(other)));
    const Status refused = run.work(true);
    QVERIFY(!refused);
    QVERIFY2(refused.error().code == "experiment-changed", qPrintable(said(refused)));
}

void RunnerTest::trainerStateSurvivesItsFile()
{
    TrainerState state;
    state.stage = 1;
    state.stageStep = 13;
    state.step = 58;
    state.evaluationDue = true;
    state.nextSample = 52;
    state.threads = 2;
    state.seconds = 1.0 / 3;
    state.experimentHash = "ab";
    state.window = {RoutingStats({3, 1}, 2), {0.1 + 0.2, 0}, {5, 0}};
    *state.window.routing.row(RoutingKind::SoftScore, LanguageId{1}) = 1.0 / 7;
    const auto read = parseTrainerState(toJson(state), "trainer.json");
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QVERIFY(*read == state);
    QVERIFY(!parseTrainerState(toJson(state).substr(0, 100), "trainer.json"));
}

QTEST_GUILESS_MAIN(RunnerTest)
#include "runner_test.moc"
