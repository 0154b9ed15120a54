// Saving a run: nothing older goes before the new row is safe, a full disk is a pause, large weights are cut into shards.
#include <dlfcn.h>
#include <fcntl.h>

#include <QtTest>
#include <atomic>
#include <thread>

#include "engine/model/checkpoint/model_file.h"
#include "engine/runner/checkpoint_keeper.h"
#include "engine/runner/resume_check.h"
#include "moebel/worker/live_status.h"
#include "tests/support/tiny_run.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

constexpr std::int64_t kTotal = 78;

/// While it is set the disk has no room: checkpoints reserve their space before they are written.
std::atomic<bool> g_diskIsFull{false};

QString said(const Status& status) { return status ? QStringLiteral("done") : QString::fromStdString(status.error().message); }

bool isThere(const TinyRun& run, const char* checkpoint)
{
    std::error_code none;
    return std::filesystem::exists(run.run.checkpoints() / checkpoint, none);
}

}  // namespace

/// In place of the C library's, for the whole of this program.
extern "C" int posix_fallocate(int descriptor, off_t offset, off_t length)
{
    if (g_diskIsFull) return ENOSPC;
    static const auto real = reinterpret_cast<int (*)(int, off_t, off_t)>(::dlsym(RTLD_NEXT, "posix_fallocate"));
    return real(descriptor, offset, length);
}

class CheckpointKeeperTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void nothingOlderGoesBeforeTheNewRowIsSafe();
    void aFullDiskIsAPauseThatChangesNothing();
    void aRunThatIsStoppedOnAFullDiskKeepsItsLastCheckpoint();
    void weightsAboveTheLimitAreCutIntoShards();
    void aStateOfOtherSamplesIsRefused();

private:
    std::filesystem::path runs() const { return m_folder.filePath("runs").toStdString(); }

    OwnCache m_cache;
    QTemporaryDir m_folder;
    std::unique_ptr<TinyRun> m_undisturbed;
};

void CheckpointKeeperTest::initTestCase()
{
    m_undisturbed = std::make_unique<TinyRun>(runs());
    const Status done = m_undisturbed->work(false);
    QVERIFY2(done, qPrintable(said(done)));
}

void CheckpointKeeperTest::nothingOlderGoesBeforeTheNewRowIsSafe()
{
    TinyRun run(runs());
    std::int64_t written = 0;
    bool oldestAt31 = false, oldestAt41 = true;
    run.sink.onFlush = [&]() -> Status {  // the row of step 30 cannot be made safe
        const bool atRow = !run.sink.events.empty() && std::holds_alternative<CheckpointWritten>(run.sink.events.back());
        return written == 30 && atRow ? failed("no-space", "the row is not safe") : Status(Done{});
    };
    const Status done = run.work(false, [&](const RunEvent& event) {
        if (const auto* checkpoint = std::get_if<CheckpointWritten>(&event)) written = checkpoint->step;
        if (const auto* step = std::get_if<StepFinished>(&event)) {
            if (step->step == 31) oldestAt31 = isThere(run, "step-000010");
            if (step->step == 41) oldestAt41 = isThere(run, "step-000010");
        }
    });
    QVERIFY2(done, qPrintable(said(done)));
    QVERIFY2(oldestAt31, "an older checkpoint was removed although the row of the new one was not safe");
    QVERIFY2(!oldestAt41, "what could not go then did not go at the next save");
    for (std::size_t i = 1; i < run.sink.events.size(); ++i) {
        const bool removed = std::holds_alternative<CheckpointRemoved>(run.sink.events[i]);
        if (removed) QVERIFY(written > 0);
    }
}

void CheckpointKeeperTest::aFullDiskIsAPauseThatChangesNothing()
{
    TinyRun run(runs());
    std::thread makesRoom;
    std::string olderWhilePaused;
    const Status done = run.work(false, [&](const RunEvent& event) {
        const auto* step = std::get_if<StepFinished>(&event);
        if (step && step->step == 25) g_diskIsFull = true;
        if (std::holds_alternative<RunPaused>(event)) {
            olderWhilePaused = std::string(isThere(run, "step-000010") ? "10 " : "") + (isThere(run, "step-000020") ? "20" : "");
            makesRoom = std::thread([] {
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
                g_diskIsFull = false;
            });
        }
    });
    if (makesRoom.joinable()) makesRoom.join();
    QVERIFY2(done, qPrintable(said(done)));
    const auto pauses = run.sink.all<RunPaused>();
    QCOMPARE(pauses.size(), std::size_t(1));
    QCOMPARE(pauses[0].reason, std::string("disk full"));
    QCOMPARE(pauses[0].step, std::int64_t(30));
    QCOMPARE(run.sink.all<RunResumed>().size(), std::size_t(1));
    QCOMPARE(olderWhilePaused, std::string("10 20"));
    QCOMPARE(run.weightsHash(kTotal), m_undisturbed->weightsHash(kTotal));
    QVERIFY(run.points("loss") == m_undisturbed->points("loss"));
}

void CheckpointKeeperTest::aRunThatIsStoppedOnAFullDiskKeepsItsLastCheckpoint()
{
    TinyRun run(runs());
    const Status stopped = run.work(false, [&](const RunEvent& event) {
        const auto* step = std::get_if<StepFinished>(&event);
        if (step && step->step == 25) g_diskIsFull = true;
        if (std::holds_alternative<RunPaused>(event)) run.control.stop = true;
    });
    g_diskIsFull = false;
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().kind, ErrorKind::NoSpace);
    QVERIFY2(said(stopped).contains("the last good checkpoint is checkpoints/step-000020"), qPrintable(said(stopped)));
    QCOMPARE(*resumeStep(run.run), std::int64_t(20));
    QVERIFY(run.work(true));
    QCOMPARE(run.weightsHash(kTotal), m_undisturbed->weightsHash(kTotal));
}

void CheckpointKeeperTest::weightsAboveTheLimitAreCutIntoShards()
{
    const OwnCache cache;
    TinyRun run(runs());
    run.largestShard = 40'000;
    QVERIFY(!run.pretrainUntil(false, 3));
    QVERIFY(isThere(run, "base-000003/model.safetensors.index.json") && !isThere(run, "base-000003/model.safetensors"));
    QVERIFY(!run.workUntil(true, 12));
    QVERIFY(isThere(run, "step-000012/model-00001-of-00007.safetensors"));
    const Status done = run.work(true);
    QVERIFY2(done, qPrintable(said(done)));
    QVERIFY(verifyCheckpoint(run.run.checkpoints() / "step-000078").ok());
    const auto sharded = readModel(run.run.checkpoints() / "step-000078"), whole = readModel(m_undisturbed->run.checkpoints() / "step-000078");
    QVERIFY(sharded && whole);
    const auto a = (*sharded)->parameters(), b = (*whole)->parameters();
    QCOMPARE(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) QVERIFY2(a[i].name == b[i].name && a[i].tensor.equal(b[i].tensor), a[i].name.c_str());
}

void CheckpointKeeperTest::aStateOfOtherSamplesIsRefused()
{
    StageSpec stage;
    stage.batchSequences = 4;
    const RoutingStats routing({3, 1}, 2);
    TrainerState state;
    state.stageStep = 13;
    state.nextSample = 52;
    state.window = {routing, {0, 0}, {0, 0}};
    QVERIFY(checkState(state, stage, routing, "checkpoints/step-000013"));
    state.nextSample = 48;
    const Status refused = checkState(state, stage, routing, "checkpoints/step-000013");
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, std::string("bad-checkpoint-state"));
    QVERIFY2(said(refused).contains("sample 52") && said(refused).contains("48"), qPrintable(said(refused)));
}

QTEST_GUILESS_MAIN(CheckpointKeeperTest)
#include "checkpoint_keeper_test.moc"
