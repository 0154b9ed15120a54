// What a run does when the device that it computes on fails, or has too little memory.
#include <QtTest>

#include "engine/model/cpu_kernels.h"
#include "engine/model/device_kernels.h"
#include "tests/support/failing_allocator.h"
#include "tests/support/tiny_run.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

constexpr std::int64_t kTotal = 78;
constexpr int kIllegalAddress = 700;  // cudaErrorIllegalAddress

QString said(const Status& status) { return status ? QStringLiteral("done") : QString::fromStdString(status.error().message); }

kernels::cuda::LaunchStatus lostGateTopK(const float*, std::int64_t, std::int64_t, std::int64_t, bool, float*, float*,
                                         std::int64_t*, std::int64_t*, kernels::cuda::Stream)
{
    return kIllegalAddress;
}

/// From now on every router is on a GPU that is lost.
void loseDevice()
{
    kernels::KernelTable table = cpuKernels();
    table.gateTopK = lostGateTopK;
    setKernels(torch::kCPU, table);
}

QStringList filesBelow(const std::filesystem::path& folder)
{
    QStringList files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) files.append(QString::fromStdString(entry.path().string()));
    files.sort();
    return files;
}

}  // namespace

class DeviceFaultsRunTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { setKernels(torch::kCPU, cpuKernels()); }

    void aLostDeviceEndsTheRunWithoutACheckpointAndAFreshStartEndsWithTheSameBits()
    {
        TinyRun undisturbed(runs()), run(runs());
        QVERIFY(undisturbed.work(false).ok());
        QStringList before;
        const Status lost = run.work(false, [&](const RunEvent& event) {
            const auto* step = std::get_if<StepFinished>(&event);
            if (step == nullptr || step->stage != 0 || step->step != 17) return;
            loseDevice();
            before = filesBelow(run.run.checkpoints());
        });
        QVERIFY(!lost.ok());
        QCOMPARE(int(lost.error().kind), int(ErrorKind::DeviceLost));
        QCOMPARE(exitCode(lost.error().kind), 5);
        QVERIFY2(said(lost).contains("700"), qPrintable(said(lost)));
        QVERIFY(!before.isEmpty());
        QCOMPARE(filesBelow(run.run.checkpoints()), before);
        setKernels(torch::kCPU, cpuKernels());
        const Status done = run.work(true);
        QVERIFY2(done, qPrintable(said(done)));
        QCOMPARE(run.weightsHash(kTotal), undisturbed.weightsHash(kTotal));
    }

    void aFullMemoryIsToldAndAStoppedRunKeepsTheSmallerMicroBatch()
    {
        TinyRun whole(runs()), cut(runs());
        FailingAllocator memory;
        const auto fillAt = [&](std::int64_t at) {
            return [&memory, at](const RunEvent& event) {
                const auto* step = std::get_if<StepFinished>(&event);
                if (step != nullptr && step->stage == 0 && step->step == at) memory.failAt(60);
            };
        };
        const Status done = whole.work(false, fillAt(17));
        QVERIFY2(done, qPrintable(said(done)));
        QVERIFY(std::ranges::any_of(whole.sink.all<Warned>(), [](const Warned& warning) {
            return warning.step == 18 && warning.message.find("micro-batches of 2 sequences") != std::string::npos;
        }));
        const auto stopped = cut.work(false, [&, fill = fillAt(17)](const RunEvent& event) {
            fill(event);
            const auto* step = std::get_if<StepFinished>(&event);
            if (step != nullptr && step->stage == 0 && step->step == 25) cut.control.stop = true;
        });
        QVERIFY(!stopped.ok());
        QVERIFY(cut.work(true).ok());
        QCOMPARE(cut.weightsHash(kTotal), whole.weightsHash(kTotal));
    }

private:
    std::filesystem::path runs() const { return m_folder.filePath("runs").toStdString(); }

    OwnCache m_cache;
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(DeviceFaultsRunTest)
#include "device_faults_run_test.moc"
