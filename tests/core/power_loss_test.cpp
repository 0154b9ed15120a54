// What was told to be safe is there after the power went at any moment, and every sync is needed for it.
#include <sqlite3.h>

#include <QtTest>
#include <set>

#include "moebel/base/file.h"
#include "moebel/store/checkpoint_folder.h"
#include "tests/support/recorded_calls.h"
#include "tests/support/store_fixture.h"

using namespace moebel;
using moebel::test::RecordedDisk;
using Change = RecordedDisk::Change;

namespace
{

constexpr std::int64_t kPayload = 3'000;
constexpr int kVariants = 3;  ///< of what no sync had made safe: nothing survives, everything, and by chance

/// What had been promised before a moment.
struct Promises {
    bool created = false;
    std::int64_t flushed = 0;
    std::int64_t checkpoint = 0;
    int checkpoints = 0;
    bool noted = false;
};

Promises promisesBefore(std::size_t count)
{
    Promises promises;
    for (std::size_t i = 0; i < count; ++i) {
        const Change& change = RecordedDisk::instance().changes()[i];
        if (change.kind != Change::Mark) continue;
        const QStringList words = QString::fromStdString(change.name).split(' ');
        if (words[0] == "created") promises.created = true;
        if (words[0] == "flushed") promises.flushed = words[1].toLongLong();
        if (words[0] == "noted") promises.noted = true;
        if (words[0] == "checkpoint") {
            promises.checkpoint = words[1].toLongLong();
            ++promises.checkpoints;
        }
    }
    return promises;
}

/// A life of a run: made, trained for 30 steps with a checkpoint every 5, noted. Says what it promises.
RunFolder live(const std::filesystem::path& runs)
{
    RecordedDisk& disk = RecordedDisk::instance();
    const RunFolder run = fixture::makeRun(runs);
    disk.mark("created");
    const auto lock = RunLock::acquire(run);
    auto writer = RunWriter::open(run, 0);
    if (!lock || !writer) qFatal("the run can't be worked on");
    (*writer)->receive(RunStarted{run.id(), false, 1, 30, 1});
    for (std::int64_t step = 1; step <= 30; ++step) {
        (*writer)->receive(fixture::step(step, double(step)));
        if (step % 5 != 0) continue;
        if (!(*writer)->flush()) qFatal("nothing is safe");
        disk.mark("flushed " + std::to_string(step));
        const auto info = writeCheckpoint(run, step, kPayload, [step](const std::filesystem::path& folder) {
            return writeFileAtomically(folder / "model.safetensors", std::string(kPayload, char('a' + step / 5)));
        });
        if (!info) qFatal("%s", info.error().message.c_str());
        disk.mark("checkpoint " + std::to_string(step));
        (*writer)->receive(CheckpointWritten{0, step, info->folder, info->hash, info->bytes, ""});
        for (const std::string& removed : pruneCheckpoints(run, 2, {})) (*writer)->receive(CheckpointRemoved{removed});
    }
    if (!writeNotes(run, {{"kept"}, "a note", true, ""})) qFatal("no notes");
    disk.mark("noted");
    return run;
}

QString firstText(const std::filesystem::path& file, const char* question)
{
    sqlite3* database = nullptr;
    sqlite3_open(file.c_str(), &database);
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database, question, -1, &statement, nullptr);
    QString answer = "no answer";
    if (sqlite3_step(statement) == SQLITE_ROW) answer = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return answer;
}

/// Starts again on what survived. Empty: every promise was kept.
QString brokenPromise(const RunFolder& run, const Promises& promises)
{
    if (!promises.created) return {};
    const auto text = readFile(run.experimentFile());
    if (!text || text->empty()) return "experiment.toml is lost";
    const auto plan = readFile(run.planFile());
    if (!plan || *plan != "{}") return "plan.json is lost";
    const auto lock = RunLock::acquire(run);
    if (!lock) return "the run is locked: " + QString::fromStdString(lock.error().message);
    const ReconciledCheckpoints checkpoints = reconcileCheckpoints(run);
    if (!checkpoints.damaged.empty()) return "damaged: " + QString::fromStdString(checkpoints.damaged.front());
    const std::int64_t newest = checkpoints.valid.empty() ? 0 : checkpoints.valid.back().step;
    if (newest < promises.checkpoint) return QString("the checkpoint of step %1 is lost").arg(promises.checkpoint);
    if (int(checkpoints.valid.size()) < std::min(2, promises.checkpoints)) return "fewer than two good checkpoints";
    const auto writer = RunWriter::open(run, newest);
    if (!writer) return QString::fromStdString(writer.error().message);
    const QString integrity = firstText(run.database(), "PRAGMA integrity_check");
    if (integrity != "ok") return "integrity: " + integrity;
    const std::int64_t stored = firstText(run.database(), "SELECT ifnull(max(step), 0) FROM metric_point").toLongLong();
    if (stored < promises.flushed) return QString("step %1 was promised, %2 is there").arg(promises.flushed).arg(stored);
    if (promises.noted && readNotes(run).notes != "a note") return "the note is lost";
    return {};
}

/// Where the states are rebuilt: recovering from thousands of them would wear a disk.
QString memoryFolder() { return (QDir("/dev/shm").exists() ? QString("/dev/shm") : QDir::tempPath()) + "/power-loss-XXXXXX"; }

/// The class of a sync, for leaving out all of a class: "model.safetensors", "run.sqlite", "folder checkpoints", ...
std::string kindOf(const Change& sync, const std::string& runId)
{
    std::string path = RecordedDisk::instance().pathOf(sync.node);
    const auto at = path.rfind('/');
    std::string name = at == std::string::npos ? path : path.substr(at + 1);
    if (name.empty()) name = "runs folder";
    if (name == runId) name = "run folder";
    if (name.starts_with("step-") || name.starts_with(".tmp-")) name = "checkpoint folder";
    return name.substr(0, name.find(".tmp-"));
}

}  // namespace

class PowerLossTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void whatWasPromisedIsThereAfterPowerWentAtAnyMoment();
    void withoutASyncAPromiseIsBroken_data();
    void withoutASyncAPromiseIsBroken();

private:
    /// The first promise that is broken when the power goes after any change; `forgotten`: a class of syncs left out.
    QString firstBroken(const std::string& forgotten, int* states = nullptr);

    QTemporaryDir m_folder;
    std::string m_runId;
};

void PowerLossTest::initTestCase()
{
    const std::filesystem::path runs = std::filesystem::canonical(m_folder.path().toStdString()) / "runs";
    std::filesystem::create_directories(runs);
    RecordedDisk::instance().begin(runs);
    m_runId = live(runs).id();
    RecordedDisk::instance().end();
    QVERIFY(RecordedDisk::instance().changes().size() > 200);
}

QString PowerLossTest::firstBroken(const std::string& forgotten, int* states)
{
    const RecordedDisk& disk = RecordedDisk::instance();
    std::mt19937 random(7);
    const auto forgets = [&](const Change& sync) { return !forgotten.empty() && kindOf(sync, m_runId) == forgotten; };
    for (std::size_t count = 1; count <= disk.changes().size(); ++count) {
        for (int variant = 0; variant < kVariants; ++variant) {
            QTemporaryDir folder(memoryFolder());
            const std::filesystem::path runs = folder.path().toStdString();
            const auto survives = [&] { return variant == 1 || (variant == 2 && random() % 2 == 0); };
            disk.rebuild(count, runs, survives, forgets);
            const QString broken = brokenPromise(RunFolder{runs / m_runId}, promisesBefore(count));
            if (!broken.isEmpty()) return QString("after %1 changes, variant %2: %3").arg(count).arg(variant).arg(broken);
            if (states != nullptr) ++*states;
        }
    }
    return {};
}

void PowerLossTest::whatWasPromisedIsThereAfterPowerWentAtAnyMoment()
{
    int states = 0;
    const QString broken = firstBroken({}, &states);
    qInfo("%d states of the disk", states);
    QVERIFY2(broken.isEmpty(), qPrintable(broken));
}

void PowerLossTest::withoutASyncAPromiseIsBroken_data()
{
    QTest::addColumn<QString>("forgotten");
    std::set<std::string> kinds;
    for (const Change& change : RecordedDisk::instance().changes())
        if (change.kind == Change::Sync) kinds.insert(kindOf(change, m_runId));
    kinds.erase("run.lock");  // whoever held it is gone with the power; synced because it is written like every other file
    for (const std::string& kind : kinds) QTest::newRow(kind.c_str()) << QString::fromStdString(kind);
}

void PowerLossTest::withoutASyncAPromiseIsBroken()
{
    QFETCH(QString, forgotten);
    const QString broken = firstBroken(forgotten.toStdString());
    qInfo("%s", qPrintable(broken));
    QVERIFY2(!broken.isEmpty(), "nothing broke: the sync is not needed, or the test is blind");
}

QTEST_GUILESS_MAIN(PowerLossTest)
#include "power_loss_test.moc"
