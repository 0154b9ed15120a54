// The engine computes with the kernels of its tensors' device: here the CUDA twins, run on the CPU, in the place of the CPU's.
#include "engine/model/device_kernels.h"

#include <QTest>
#include <cmath>

#include "engine/model/cpu_kernels.h"
#include "kernels/cuda_twins.h"
#include "tests/support/small_training.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

/// The losses of some steps, step after step: the next-token loss, the balance and prior losses, the norm of the gradient.
std::vector<double> trained(const SmallText& text, const StageSpec& stage, Precision precision,
                            const kernels::KernelTable& table)
{
    setKernels(torch::kCPU, table);
    const auto decoder = smallMoe();
    const SampleStream stream = text.stream({1, 1, 1, 1});
    StageTrainer trainer(*decoder, stage, text.languages(), stream, precision);
    std::vector<double> numbers;
    for (std::int64_t step = 0; step < stage.steps(); ++step) {
        const StepResult result = trainer.trainStep(step);
        numbers.insert(numbers.end(),
                       {result.languageModelLoss, result.balanceLoss, result.priorLoss, result.loss, result.gradientNorm});
    }
    for (const LanguageId language : {LanguageId{0}, LanguageId{3}})
        for (std::int64_t e = 0; e < trainer.routing().rowSize(); ++e)
            numbers.push_back(trainer.routing().row(RoutingKind::SoftScore, language)[e]);
    return numbers;
}

kernels::cuda::LaunchStatus refused(const float*, std::int64_t, std::int64_t, std::int64_t, bool, float*, float*, std::int64_t*,
                                    std::int64_t*, kernels::cuda::Stream)
{
    return 700;
}

}  // namespace

class DeviceKernelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { at::set_num_threads(1); }  // the shim is one thread
    void cleanup() { setKernels(torch::kCPU, cpuKernels()); }

    void trainingWithTheCudaTwinsIsTrainingWithTheCpuTwins_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("micro");
        QTest::addColumn<bool>("rounded");
        const int stage1 = int(StageKind::PostPretraining), stage2 = int(StageKind::Review), all = int(StageKind::Pretraining);
        QTest::newRow("stage 1") << stage1 << 0 << false;
        QTest::newRow("stage 1, micro-batches") << stage1 << 2 << false;
        QTest::newRow("stage 2") << stage2 << 0 << false;
        QTest::newRow("all weights") << all << 0 << false;
        QTest::newRow("stage 1 in bf16") << stage1 << 0 << true;
        QTest::newRow("all weights in bf16") << all << 0 << true;
    }
    void trainingWithTheCudaTwinsIsTrainingWithTheCpuTwins()
    {
        QFETCH(int, kind);
        QFETCH(int, micro);
        QFETCH(bool, rounded);
        StageSpec stage = smallStage(StageKind(kind), 6);
        stage.microBatchSequences = micro;
        const Precision precision = rounded ? Precision::BFloat16 : Precision::Float32;
        const std::vector<double> cpu = trained(m_text, stage, precision, cpuKernels());
        const std::vector<double> cuda = trained(m_text, stage, precision, kernels::cuda::cudaTwins());
        QCOMPARE(cuda.size(), cpu.size());
        for (std::size_t i = 0; i < cpu.size(); ++i) {
            const double tolerance = (rounded ? 5e-3 : 1e-5) * std::max(1.0, std::abs(cpu[i]));
            QVERIFY2(
                std::abs(cuda[i] - cpu[i]) <= tolerance,
                qPrintable(QString("number %1: %2 with the CUDA twins, %3 with the CPU's").arg(i).arg(cuda[i]).arg(cpu[i])));
        }
    }

    void aKernelThatIsNotLaunchedIsAnErrorOfTheDevice()
    {
        kernels::KernelTable table = cpuKernels();
        table.gateTopK = refused;
        setKernels(torch::kCPU, table);
        try {
            (void)logits(*smallMoe(), torch::zeros({1, 4}, torch::kInt64));
            QFAIL("the launch failed and nobody was told");
        } catch (const c10::AcceleratorError& error) {
            QCOMPARE(error.get_error_code(), 700);
        }
    }

    void aDeviceWithoutKernelsIsNamed()
    {
        try {
            (void)kernelsFor(torch::empty({1}, torch::kMeta));
            QFAIL("there are kernels for no device");
        } catch (const c10::Error& error) {
            QVERIFY2(QString(error.what()).contains("meta"), error.what());
        }
    }

private:
    SmallText m_text;
};

QTEST_GUILESS_MAIN(DeviceKernelsTest)
#include "device_kernels_test.moc"
