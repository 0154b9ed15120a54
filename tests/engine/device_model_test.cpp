// A model on a device that is not the CPU computes there what it computes here. The device is made up (tests/support/shim_device.h).
#include <QTest>

#include "engine/model/decoder.h"
#include "tests/support/shim_device.h"

using namespace moebel;
using namespace moebel::test;

class DeviceModelTest : public QObject
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
};

QTEST_GUILESS_MAIN(DeviceModelTest)
#include "device_model_test.moc"
