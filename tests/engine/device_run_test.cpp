// A run on a device that is not the CPU, from the pretraining of its base to the last evaluation: everything lives there, and
// the numbers are those of the CPU. The device is made up (tests/support/shim_device.h).
#include <QtTest>
#include <cmath>

#include "engine/model/checkpoint/model_file.h"
#include "tests/support/shim_device.h"
#include "tests/support/tiny_run.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

QString said(const Status& status) { return status ? QStringLiteral("done") : QString::fromStdString(status.error().message); }

Experiment shortExperiment()
{
    Experiment experiment = tinyExperiment();
    experiment.base.tokens = 4 * 4 * 32;
    experiment.stages[0].tokens = 6 * 4 * 32;
    experiment.stages[1].tokens = 4 * 4 * 32;
    experiment.evaluation.everySteps = 5;
    experiment.checkpoint.everySteps = 3;
    return experiment;
}

/// Losses, norms and scores of a run, in the order in which they were told.
std::vector<double> numbersOf(const TinyRun& run)
{
    std::vector<double> numbers;
    for (const StepFinished& step : run.sink.all<StepFinished>())
        for (const MetricValue& metric : step.metrics)
            if (metric.name.find("loss") != std::string::npos || metric.name.find("norm") != std::string::npos)
                numbers.push_back(metric.value);
    for (const EvaluationFinished& evaluation : run.sink.all<EvaluationFinished>())
        for (const Score& score : evaluation.scores) numbers.push_back(score.value);
    return numbers;
}

}  // namespace

class DeviceRunTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { addShimDevice(); }

    void theCpuCannotTouchWhatLiesOnTheDevice()
    {
        const torch::Tensor there = torch::arange(6, torch::kFloat32).to(kShimDevice);
        QVERIFY(there.device() == kShimDevice);
        QCOMPARE((there + there).sum().item<double>(), 30.0);
        QVERIFY_THROWS_EXCEPTION(c10::Error, (void)there.add(torch::ones({6})).cpu());
    }

    void aModelThatWasMovedIsTheSameModel()
    {
        Decoder decoder({2, 32, 2, 2, 16, 64, 512, 32}, ExpertAllocation{{3, 2}, 2, true});
        initialiseDecoder(decoder, 0.1, 0.1, Seed{3});
        const torch::Tensor ids_BS = torch::arange(20, torch::kInt64).view({2, 10});
        const torch::Tensor before = logits(decoder, ids_BS);
        decoder.moveTo(kShimDevice);
        for (const NamedParameter& parameter : decoder.parameters())
            QVERIFY2(parameter.tensor.device() == kShimDevice, parameter.name.c_str());
        QVERIFY((logits(decoder, ids_BS).cpu() - before).abs().max().item<double>() < 1e-5);
    }

    void aRunOnADeviceHasTheNumbersOfTheCpu()
    {
        const std::filesystem::path runs = m_folder.filePath("runs").toStdString();
        TinyRun onCpu(runs, shortExperiment()), onDevice(runs, shortExperiment());
        onDevice.device = kShimDevice;
        const Status cpu = onCpu.work(false), device = onDevice.work(false);
        QVERIFY2(cpu, qPrintable(said(cpu)));
        QVERIFY2(device, qPrintable(said(device)));
        const std::vector<double> expected = numbersOf(onCpu), found = numbersOf(onDevice);
        QCOMPARE(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i)
            QVERIFY2(std::abs(found[i] - expected[i]) <= 1e-4 * std::max(1.0, std::abs(expected[i])),
                     qPrintable(QString("number %1: %2 on the device, %3 on the CPU").arg(i).arg(found[i]).arg(expected[i])));
    }

    void aRunThatStoppedOnADeviceEndsWithTheSameBits()
    {
        const std::filesystem::path runs = m_folder.filePath("stopped").toStdString();
        TinyRun whole(runs, shortExperiment()), cut(runs, shortExperiment());
        whole.device = cut.device = kShimDevice;
        QVERIFY(whole.work(false).ok());
        QVERIFY(!cut.workUntil(false, 4).ok());
        const Status done = cut.work(true);
        QVERIFY2(done, qPrintable(said(done)));
        QCOMPARE(cut.weightsHash(10), whole.weightsHash(10));
    }

private:
    OwnCache m_cache;
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(DeviceRunTest)
#include "device_run_test.moc"
