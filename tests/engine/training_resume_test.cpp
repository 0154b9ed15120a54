// A stage that was cut, saved to files and taken up by fresh objects gives the bits of one that was never cut.
#include <QTest>

#include "engine/model/checkpoint/model_file.h"
#include "tests/support/small_training.h"

using namespace moebel;
using namespace moebel::test;

class TrainingResumeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cutTrainingGivesTheBitsOfWholeTraining_data();
    void cutTrainingGivesTheBitsOfWholeTraining();

private:
    SmallText m_text{6};  // so little text that 24 steps pass through it several times
};

namespace
{

constexpr std::int64_t kSteps = 24;

std::vector<double> train(StageTrainer& trainer, std::int64_t from, std::int64_t to)
{
    std::vector<double> losses;
    for (std::int64_t step = from; step < to; ++step) losses.push_back(trainer.trainStep(step).loss);
    return losses;
}

}  // namespace

void TrainingResumeTest::cutTrainingGivesTheBitsOfWholeTraining_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("micro");
    QTest::addColumn<QList<int>>("cuts");
    QTest::addColumn<bool>("rounded");
    const int stage1 = int(StageKind::PostPretraining), stage2 = int(StageKind::Review), base = int(StageKind::Pretraining);
    QTest::newRow("stage 1, in the first epoch") << stage1 << 0 << QList<int>{2} << false;
    QTest::newRow("stage 1, half-way, in a later epoch") << stage1 << 0 << QList<int>{12} << false;
    QTest::newRow("stage 1, twice in a row") << stage1 << 0 << QList<int>{7, 8} << false;
    QTest::newRow("stage 1, before the last step") << stage1 << 0 << QList<int>{23} << false;
    QTest::newRow("stage 1, micro-batches") << stage1 << 4 << QList<int>{13} << false;
    QTest::newRow("stage 2, half-way") << stage2 << 0 << QList<int>{12} << false;
    QTest::newRow("stage 2, micro-batches, twice") << stage2 << 2 << QList<int>{5, 17} << false;
    QTest::newRow("pretraining, half-way") << base << 0 << QList<int>{12} << false;
    QTest::newRow("stage 1 in bf16, twice") << stage1 << 0 << QList<int>{7, 12} << true;
    QTest::newRow("stage 1 in bf16, micro-batches") << stage1 << 4 << QList<int>{13} << true;
    QTest::newRow("stage 2 in bf16, half-way") << stage2 << 0 << QList<int>{12} << true;
    QTest::newRow("pretraining in bf16, micro-batches") << base << 2 << QList<int>{12} << true;
}

void TrainingResumeTest::cutTrainingGivesTheBitsOfWholeTraining()
{
    QFETCH(int, kind);
    QFETCH(int, micro);
    QFETCH(QList<int>, cuts);
    QFETCH(bool, rounded);
    const Precision precision = rounded ? Precision::BFloat16 : Precision::Float32;
    StageSpec stage = smallStage(StageKind(kind), kSteps);
    stage.microBatchSequences = micro;
    stage.weightDecay = 0.01;
    const std::vector<double> weights =
        kind == int(StageKind::Review) ? std::vector<double>{1, 1, 1, 1} : std::vector<double>{0, 0, 1, 1};
    const SampleStream stream = m_text.stream(weights);
    auto whole = smallMoe();
    StageTrainer undisturbed(*whole, stage, m_text.languages(), stream, precision);
    const std::vector<double> expected = train(undisturbed, 0, kSteps);

    QTemporaryDir folder;
    std::unique_ptr<Decoder> decoder = smallMoe();
    std::vector<double> found;
    std::int64_t done = 0;
    std::unique_ptr<Decoder> read;
    for (const int cut : cuts) {
        if (read) decoder = std::move(read);
        const SampleStream ownStream = m_text.stream(weights);
        StageTrainer trainer(*decoder, stage, m_text.languages(), ownStream, precision);
        if (done > 0)
            QVERIFY(
                trainer.optimizer().restore(readSafetensors(folder.filePath("trainer").toStdString()).value().tensors).ok());
        for (const double loss : train(trainer, done, cut)) found.push_back(loss);
        done = cut;
        QVERIFY(writeSafetensors(folder.filePath("trainer").toStdString(), trainer.optimizer().state()).ok());
        QVERIFY(writeModel(*decoder, folder.path().toStdString(), trainer.optimizer().parameters()).ok());
        read = readModel(folder.path().toStdString()).value();
    }
    decoder = std::move(read);
    const SampleStream lastStream = m_text.stream(weights);
    StageTrainer last(*decoder, stage, m_text.languages(), lastStream, precision);
    QVERIFY(last.optimizer().restore(readSafetensors(folder.filePath("trainer").toStdString()).value().tensors).ok());
    for (const double loss : train(last, done, kSteps)) found.push_back(loss);

    QCOMPARE(found, expected);
    QVERIFY(hashes(*decoder) == hashes(*whole));
    const NamedTensors states[] = {undisturbed.optimizer().state(), last.optimizer().state()};
    for (std::size_t i = 0; i < states[0].size(); ++i)
        QVERIFY2(states[0][i].second.equal(states[1][i].second), states[0][i].first.c_str());
    for (std::size_t i = 0; i < undisturbed.optimizer().parameters().size(); ++i)
        QVERIFY(undisturbed.optimizer().parameters()[i].tensor.equal(last.optimizer().parameters()[i].tensor));
}

QTEST_GUILESS_MAIN(TrainingResumeTest)
#include "training_resume_test.moc"
