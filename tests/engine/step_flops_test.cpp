// The counter of a step's operations against the products that LibTorch is asked for.
#include <ATen/record_function.h>

#include <QTest>
#include <atomic>

#include "moebel/experiment/step_cost.h"
#include "tests/support/small_training.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

std::atomic<std::int64_t> g_operations{0};

/// 2 m k n of [m, k] times [k, n].
std::int64_t operationsOf(const torch::Tensor& left, const torch::Tensor& right)
{
    return 2 * left.size(0) * left.size(1) * right.size(1);
}

std::unique_ptr<at::ObserverContext> count(const at::RecordFunction& function)
{
    const std::string name = function.name();
    const auto inputs = function.inputs();
    if (name == "aten::mm") g_operations += operationsOf(inputs[0].toTensor(), inputs[1].toTensor());
    if (name == "aten::addmm" || name == "aten::addmm_")
        g_operations += operationsOf(inputs[1].toTensor(), inputs[2].toTensor());
    return nullptr;
}

/// Of the matrix products while it lives; attention has an operator of its own.
class CountedProducts
{
public:
    CountedProducts() : m_handle(at::addGlobalCallback(at::RecordFunctionCallback(count).needsInputs(true)))
    {
        g_operations = 0;
    }
    ~CountedProducts() { at::removeCallback(m_handle); }
    double operations() const { return double(g_operations.load()); }

private:
    at::CallbackHandle m_handle;
};

}  // namespace

class StepFlopsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theCountIsThatOfTheProductsThatAStepMakes_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<bool>("moe");
        QTest::addColumn<int>("micro");
        QTest::newRow("a dense base") << int(StageKind::Pretraining) << false << 0;
        QTest::newRow("new experts") << int(StageKind::PostPretraining) << true << 0;
        QTest::newRow("new experts in micro-batches, routed once before") << int(StageKind::PostPretraining) << true << 3;
        QTest::newRow("routers") << int(StageKind::Review) << true << 0;
    }
    void theCountIsThatOfTheProductsThatAStepMakes()
    {
        QFETCH(int, kind);
        QFETCH(bool, moe);
        QFETCH(int, micro);
        // With as many experts as are chosen every token goes to all of them, so that the shares are exact.
        const auto decoder = moe ? smallMoe({2, 2}) : smallDense();
        StageSpec stage = smallStage(StageKind(kind), 1);
        stage.microBatchSequences = micro;
        const SmallText text;
        const SampleStream stream = text.stream({1, 1, 1, 1});
        StageTrainer trainer(*decoder, stage, text.languages(), stream);
        const CountedProducts products;
        QVERIFY(trainer.trainStep(0).finite);
        const StepCost cost = stepCost(decoder->shape(), decoder->allocation(), stage);
        QCOMPARE(products.operations(), cost.flops.total() - cost.flops.attention);
    }
};

QTEST_APPLESS_MAIN(StepFlopsTest)
#include "step_flops_test.moc"
