// Checkpoints: whole or not there, and damage is found.
#include <QtTest>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "moebel/base/file.h"
#include "moebel/base/hash.h"
#include "moebel/store/checkpoint_folder.h"

using namespace moebel;

namespace {

Status writePayload(const std::filesystem::path& folder, const std::string& weights = std::string(5000, 'w'))
{
    if (Status written = writeFileAtomically(folder / "model.safetensors", weights); !written) return written;
    return writeFileAtomically(folder / "config.json", "{}");
}

QStringList namesIn(const std::filesystem::path& folder)
{
    return QDir(QString::fromStdString(folder.string())).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
}

void overwrite(const std::filesystem::path& file, const std::string& content)
{
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

}  // namespace

class CheckpointFolderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aCheckpointIsWrittenWithItsManifest();
    void aFailedPayloadLeavesNothingBehind();
    void aCheckpointOfTheSameStepIsReplacedWhole();
    void payloadsMayOnlyHoldPlainFiles();
    void everyFlippedByteIsFound();
    void everyTruncationIsFound();
    void badManifestsAreRefused_data();
    void badManifestsAreRefused();
    void reconcileRemovesWhatTheDeadLeftAndNamesTheDamaged();
    void reconcileLeavesTheFolderOfALiveWorkerAlone();
    void pruningKeepsTheNewestAndTheSpared();
    void pruningNeverGoesBelowTwo();
    void pruningCountsOnlyTheWhole();
    void aFullDiskIsSeenBeforeThePayloadAndHarmsNothing();
    void aDiskThatFillsUpMidwayHarmsNothing();

private:
    CheckpointInfo write(std::int64_t step)
    {
        const auto info = writeCheckpoint(m_run, step, 6000, [](const auto& folder) { return writePayload(folder); });
        if (!info) qFatal("%s", info.error().message.c_str());
        return *info;
    }
    std::unique_ptr<QTemporaryDir> m_folder;
    RunFolder m_run;
};

void CheckpointFolderTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_run.path = m_folder->path().toStdString();
}

void CheckpointFolderTest::aCheckpointIsWrittenWithItsManifest()
{
    const CheckpointInfo info = write(400);
    QCOMPARE(info.folder, std::string("checkpoints/step-000400"));
    QCOMPARE(namesIn(m_run.checkpoints()), QStringList("step-000400"));
    const auto folder = m_run.path / info.folder;
    QCOMPARE(namesIn(folder), QStringList({"MANIFEST.json", "config.json", "model.safetensors"}));
    const std::string text = readFile(folder / "MANIFEST.json").value();
    QCOMPARE(info.hash, sha256Hex(text));
    QCOMPARE(info.bytes, std::int64_t(5000 + 2 + text.size()));
    const auto json = nlohmann::json::parse(text);
    QCOMPARE(json["files"][1]["sha256"].get<std::string>(), sha256Hex(std::string(5000, 'w')));
    const auto verified = verifyCheckpoint(folder);
    QVERIFY(verified.ok());
    QCOMPARE(verified->step, 400);
    QCOMPARE(verified->hash, info.hash);
    QCOMPARE(verified->bytes, info.bytes);
}

void CheckpointFolderTest::aFailedPayloadLeavesNothingBehind()
{
    write(1);
    const auto info = writeCheckpoint(m_run, 2, 0, [](const std::filesystem::path& folder) -> Status {
        (void)writePayload(folder).ok();
        return failed("no-luck", "the payload failed");
    });
    QCOMPARE(info.error().code, std::string("no-luck"));
    QCOMPARE(namesIn(m_run.checkpoints()), QStringList("step-000001"));
}

void CheckpointFolderTest::aCheckpointOfTheSameStepIsReplacedWhole()
{
    const CheckpointInfo before = write(3);
    const auto after = writeCheckpoint(m_run, 3, 0, [](const auto& folder) { return writePayload(folder, "other"); });
    QVERIFY(after.ok());
    QVERIFY(after->hash != before.hash);
    QCOMPARE(namesIn(m_run.checkpoints()), QStringList("step-000003"));
    QCOMPARE(verifyCheckpoint(m_run.path / after->folder)->hash, after->hash);
}

void CheckpointFolderTest::payloadsMayOnlyHoldPlainFiles()
{
    const auto info = writeCheckpoint(m_run, 1, 0, [](const std::filesystem::path& folder) -> Status {
        std::filesystem::create_symlink("/etc/hostname", folder / "link");
        return writePayload(folder);
    });
    QCOMPARE(info.error().code, std::string("bad-payload"));
}

void CheckpointFolderTest::everyFlippedByteIsFound()
{
    const auto folder = m_run.path / write(1).folder;
    std::mt19937 random(11);
    for (int trial = 0; trial < 200; ++trial) {
        const auto file = folder / (trial % 4 == 0 ? "config.json" : "model.safetensors");
        const std::string before = readFile(file).value();
        std::string after = before;
        after[random() % after.size()] ^= char(1 << (random() % 8));
        overwrite(file, after);
        const auto verified = verifyCheckpoint(folder);
        QVERIFY(!verified.ok());
        QCOMPARE(verified.error().code, std::string("damaged-checkpoint"));
        QVERIFY(verified.error().message.find(file.string()) != std::string::npos);
        overwrite(file, before);
    }
    QVERIFY(verifyCheckpoint(folder).ok());
}

void CheckpointFolderTest::everyTruncationIsFound()
{
    const auto folder = m_run.path / write(1).folder;
    for (const char* name : {"model.safetensors", "config.json", "MANIFEST.json"}) {
        const std::string before = readFile(folder / name).value();
        for (std::size_t size = 0; size + 1 < before.size(); size += std::max<std::size_t>(1, before.size() / 50)) {
            overwrite(folder / name, before.substr(0, size));
            QVERIFY2(!verifyCheckpoint(folder).ok(), name);
        }
        std::filesystem::remove(folder / name);
        QVERIFY2(!verifyCheckpoint(folder).ok(), name);
        overwrite(folder / name, before);
        QVERIFY2(verifyCheckpoint(folder).ok(), name);
    }
}

void CheckpointFolderTest::badManifestsAreRefused_data()
{
    QTest::addColumn<QByteArray>("manifest");
    const char* const file = R"({"name":"config.json","bytes":2,"sha256":"x"})";
    const auto with = [&](const char* name) {
        return QByteArray(R"({"v":1,"step":1,"files":[{"name":")") + name + R"(","bytes":2,"sha256":"x"}]})";
    };
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("a list") << QByteArray("[]");
    QTest::newRow("no files") << QByteArray(R"({"v":1,"step":1,"files":[]})");
    QTest::newRow("version") << QByteArray(R"({"v":2,"step":1,"files":[)") + file + "]}";
    QTest::newRow("step of another folder") << QByteArray(R"({"v":1,"step":2,"files":[)") + file + "]}";
    QTest::newRow("no step") << QByteArray(R"({"v":1,"files":[)") + file + "]}";
    QTest::newRow("parent") << with("../config.json");
    QTest::newRow("absolute") << with("/etc/hostname");
    QTest::newRow("dots") << with("..");
    QTest::newRow("itself") << with("MANIFEST.json");
    QTest::newRow("zero byte") << with("config.json\\u0000");
    QTest::newRow("long") << with(QByteArray(4096, 'a').constData());
    QTest::newRow("deep") << QByteArray(100'000, '[');
}

void CheckpointFolderTest::badManifestsAreRefused()
{
    QFETCH(QByteArray, manifest);
    const auto folder = m_run.path / write(1).folder;
    overwrite(folder / "MANIFEST.json", manifest.toStdString());
    QCOMPARE(verifyCheckpoint(folder).error().code, std::string("damaged-checkpoint"));
}

void CheckpointFolderTest::reconcileRemovesWhatTheDeadLeftAndNamesTheDamaged()
{
    write(20);
    write(10);
    const CheckpointInfo bad = write(30);
    overwrite(m_run.path / bad.folder / "model.safetensors", std::string(5000, 'x'));
    for (const char* name : {".tmp-40-999999999", ".tmp-41-1", ".tmp-odd"})
        std::filesystem::create_directories(m_run.checkpoints() / name / "inside");
    const ReconciledCheckpoints found = reconcileCheckpoints(m_run);
    QCOMPARE(found.valid.size(), std::size_t(2));
    QCOMPARE(found.valid[0].step, 10);
    QCOMPARE(found.valid[1].step, 20);
    QCOMPARE(found.damaged.size(), std::size_t(1));
    QVERIFY(found.damaged[0].find("step-000030/model.safetensors") != std::string::npos);
    QCOMPARE(namesIn(m_run.checkpoints()), QStringList({"step-000010", "step-000020", "step-000030"}));
}

void CheckpointFolderTest::reconcileLeavesTheFolderOfALiveWorkerAlone()
{
    int ready[2];
    QCOMPARE(::pipe(ready), 0);
    const pid_t worker = ::fork();
    if (worker < 0) qFatal("no process");
    if (worker == 0) {
        const auto lock = RunLock::acquire(m_run);
        [[maybe_unused]] const ssize_t said = ::write(ready[1], lock.ok() ? "y" : "n", 1);
        ::pause();
        ::_exit(0);
    }
    char answer = 0;
    QCOMPARE(::read(ready[0], &answer, 1), ssize_t(1));
    const auto mine = m_run.checkpoints() / (".tmp-5-" + std::to_string(worker));
    std::filesystem::create_directories(mine);
    std::filesystem::create_directories(m_run.checkpoints() / ".tmp-5-999999999");
    (void)reconcileCheckpoints(m_run);
    const QStringList during = namesIn(m_run.checkpoints());
    ::kill(worker, SIGKILL);
    ::waitpid(worker, nullptr, 0);
    (void)reconcileCheckpoints(m_run);
    QCOMPARE(answer, 'y');
    QCOMPARE(during, QStringList(QString::fromStdString(mine.filename().string())));
    QVERIFY(namesIn(m_run.checkpoints()).isEmpty());
}

void CheckpointFolderTest::pruningKeepsTheNewestAndTheSpared()
{
    for (int step = 1; step <= 6; ++step) write(step);
    const auto removed = pruneCheckpoints(m_run, 3, {"checkpoints/step-000002"});
    const std::vector<std::string> expected = {"checkpoints/step-000001", "checkpoints/step-000003"};
    QVERIFY(removed == expected);
    QCOMPARE(namesIn(m_run.checkpoints()), QStringList({"step-000002", "step-000004", "step-000005", "step-000006"}));
}

void CheckpointFolderTest::pruningNeverGoesBelowTwo()
{
    for (int step = 1; step <= 3; ++step) write(step);
    for (std::int64_t keep : {-1, 0, 1, 2}) (void)pruneCheckpoints(m_run, keep, {});
    QCOMPARE(namesIn(m_run.checkpoints()), QStringList({"step-000002", "step-000003"}));
}

void CheckpointFolderTest::pruningCountsOnlyTheWhole()
{
    for (int step = 1; step <= 3; ++step) write(step);
    overwrite(m_run.checkpoints() / "step-000003" / "model.safetensors", "cut");
    QVERIFY(pruneCheckpoints(m_run, 2, {}).empty());
}

void CheckpointFolderTest::aFullDiskIsSeenBeforeThePayloadAndHarmsNothing()
{
    std::signal(SIGXFSZ, SIG_IGN);
    write(1);
    rlimit before = {};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit small = before;
    small.rlim_cur = 100'000;
    ::setrlimit(RLIMIT_FSIZE, &small);
    bool asked = false;
    const auto info = writeCheckpoint(m_run, 2, 200'000, [&](const std::filesystem::path&) -> Status {
        asked = true;
        return Done();
    });
    ::setrlimit(RLIMIT_FSIZE, &before);
    QVERIFY(!info.ok());
    QVERIFY2(info.error().kind == ErrorKind::NoSpace, info.error().message.c_str());
    QVERIFY(!asked);
    QCOMPARE(namesIn(m_run.checkpoints()), QStringList("step-000001"));
    QVERIFY(verifyCheckpoint(m_run.checkpoints() / "step-000001").ok());
}

void CheckpointFolderTest::aDiskThatFillsUpMidwayHarmsNothing()
{
    std::signal(SIGXFSZ, SIG_IGN);
    write(1);
    rlimit before = {};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit small = before;
    small.rlim_cur = 10'000;
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto info =
        writeCheckpoint(m_run, 2, 5'000, [](const auto& folder) { return writePayload(folder, std::string(20'000, 'w')); });
    ::setrlimit(RLIMIT_FSIZE, &before);
    QVERIFY(!info.ok());
    QVERIFY2(info.error().kind == ErrorKind::NoSpace, info.error().message.c_str());
    QCOMPARE(namesIn(m_run.checkpoints()), QStringList("step-000001"));
    QVERIFY(writeCheckpoint(m_run, 2, 5'000, [](const auto& folder) { return writePayload(folder); }).ok());
}

QTEST_GUILESS_MAIN(CheckpointFolderTest)
#include "checkpoint_folder_test.moc"
