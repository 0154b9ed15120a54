// Memory that runs full shrinks the micro-batch, not the experiment.
#include <QtTest>

#include "tests/support/failing_allocator.h"
#include "tests/support/small_training.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

constexpr std::int64_t kOfBatch = 4;  ///< allocations before anything is computed: the batch itself

StageSpec stageOf(StageKind kind, std::int64_t micro)
{
    StageSpec stage = smallStage(kind, 4);
    stage.microBatchSequences = micro;
    return stage;
}

}  // namespace

class OutOfMemoryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { at::set_num_threads(1); }

    void everyAllocationOfAStepMayFail_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<bool>("rounded");
        QTest::newRow("stage 1") << int(StageKind::PostPretraining) << false;
        QTest::newRow("stage 2") << int(StageKind::Review) << false;
        QTest::newRow("stage 1 in bf16") << int(StageKind::PostPretraining) << true;
    }
    void everyAllocationOfAStepMayFail()
    {
        QFETCH(int, kind);
        QFETCH(bool, rounded);
        const Precision precision = rounded ? Precision::BFloat16 : Precision::Float32;
        const SampleStream stream = m_text.stream({1, 1, 1, 1});
        const auto expected = smallMoe();
        StageTrainer halves(*expected, stageOf(StageKind(kind), 3), m_text.languages(), stream, precision);
        const double loss = halves.trainStep(0).loss;

        FailingAllocator memory;
        const auto counted = smallMoe();
        StageTrainer whole(*counted, stageOf(StageKind(kind), 0), m_text.languages(), stream, precision);
        const std::int64_t before = memory.allocations();
        (void)whole.trainStep(0);
        const std::int64_t allocations = memory.allocations() - before;
        QVERIFY(allocations > 50);
        for (std::int64_t n = kOfBatch + 1; n <= allocations; n += std::max<std::int64_t>(1, allocations / 50)) {
            const auto decoder = smallMoe();
            StageTrainer trainer(*decoder, stageOf(StageKind(kind), 0), m_text.languages(), stream, precision);
            memory.failAt(n);
            const StepResult result = trainer.trainStep(0);
            QCOMPARE(memory.failuresLeft(), 0);
            QCOMPARE(result.reducedTo, 3);
            QCOMPARE(result.loss, loss);
            for (std::size_t i = 0; i < halves.optimizer().parameters().size(); ++i) {
                const NamedParameter &mine = trainer.optimizer().parameters()[i], &right = halves.optimizer().parameters()[i];
                QVERIFY2(mine.tensor.equal(right.tensor),
                         qPrintable(QString("%1 after allocation %2 failed").arg(mine.name.c_str()).arg(n)));
            }
            QVERIFY(trainer.routing() == halves.routing());
        }
    }

    void theMicroBatchStaysHalvedAndIsHalvedAgain()
    {
        const SampleStream stream = m_text.stream({1, 1, 1, 1});
        const auto decoder = smallMoe();
        FailingAllocator memory;
        StageTrainer trainer(*decoder, stageOf(StageKind::PostPretraining, 0), m_text.languages(), stream);
        memory.failAt(40, 2);
        QCOMPARE(trainer.trainStep(0).reducedTo, 2);  // 6, 3, 2
        QCOMPARE(trainer.trainStep(1).reducedTo, 0);
        QCOMPARE(trainer.microBatch(), 2);
    }

    void whereOneSequenceIsTooMuchNothingIsChanged()
    {
        const SampleStream stream = m_text.stream({1, 1, 1, 1});
        const auto decoder = smallMoe();
        const auto before = hashes(*decoder);
        FailingAllocator memory;
        StageTrainer trainer(*decoder, stageOf(StageKind::PostPretraining, 0), m_text.languages(), stream);
        memory.failAt(40, 1000);
        QVERIFY_THROWS_EXCEPTION(c10::OutOfMemoryError, (void)trainer.trainStep(0));
        memory.failAt(0, 0);
        QVERIFY(hashes(*decoder) == before);
    }

private:
    SmallText m_text;
};

QTEST_GUILESS_MAIN(OutOfMemoryTest)
#include "out_of_memory_test.moc"
