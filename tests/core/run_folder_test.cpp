// Run folders: made whole or not at all, found by id, with what the user noted.
#include <QtTest>

#include <sys/stat.h>

#include <fstream>

#include "tests/support/child_process.h"
#include "tests/support/store_fixture.h"

using namespace moebel;
using fixture::Child;
namespace fs = std::filesystem;

namespace {

QString word(RunState state) { return QString::fromStdString(std::string(name(state))); }

}  // namespace

class RunFolderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void aNewRunHasItsFilesAndIsPrivate();
    void idsAreUniqueAndReadable();
    void aRunThatCantBeMadeLeavesNothingBehind();
    void leftoversOfAKilledCreatorAreRemoved();
    void runsAreFoundByFolderIdAndBeginning();
    void whatIsNoRunIsSaidSo();
    void notesComeBackAndReplaceEachOther();
    void exitRecordsComeBackAndGo();
    void brokenNotesAndExitRecordsAreNone();
    void thisMachineIsKnown();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_runs;
};

void RunFolderTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_runs = fixture::pathOf(*m_folder) / "runs";
    fs::create_directories(fixture::pathOf(*m_folder) / "runtime");
    ::setenv("XDG_RUNTIME_DIR", (fixture::pathOf(*m_folder) / "runtime").c_str(), 1);
}

void RunFolderTest::cleanup() { fs::current_path("/"); }

void RunFolderTest::aNewRunHasItsFilesAndIsPrivate()
{
    const RunFolder run = fixture::makeRun(m_runs);
    for (const auto& file : {run.experimentFile(), run.planFile(), run.database(), run.checkpoints()}) QVERIFY(fs::exists(file));
    struct stat info = {};
    ::stat(run.path.c_str(), &info);
    QCOMPARE(int(info.st_mode & 0777), 0700);
    QCOMPARE(word(runStatus(run).state), "queued");
    QVERIFY(!fs::exists(run.lockFile()));
}

void RunFolderTest::idsAreUniqueAndReadable()
{
    QSet<QString> ids;
    for (int i = 0; i < 5; ++i) ids << QString::fromStdString(fixture::makeRun(m_runs, "Greek & Hungarian: 2!").id());
    QCOMPARE(ids.size(), 5);
    const QRegularExpression shape("^\\d{8}-\\d{6}-greek-hungarian-2(-\\d)?$");
    for (const QString& id : ids) QVERIFY2(shape.match(id).hasMatch(), qPrintable(id));
    QVERIFY(QString::fromStdString(fixture::makeRun(m_runs, "Ελληνικά").id()).endsWith("-run"));
    const auto reader = RunReader::open(RunFolder{m_runs / ids.begin()->toStdString()});
    QCOMPARE(QString::fromStdString(reader->record()->id), *ids.begin());
}

void RunFolderTest::aRunThatCantBeMadeLeavesNothingBehind()
{
    std::ofstream(fixture::pathOf(*m_folder) / "file") << "in the way";
    RunRecord record;
    QVERIFY(!createRun(fixture::pathOf(*m_folder) / "file" / "runs", fixture::experiment(), "{}", "", record).ok());

    Experiment twice = fixture::experiment();
    twice.languages.push_back(twice.languages.front());  // the database refuses it late
    QVERIFY(!createRun(m_runs, twice, "{}", "", record).ok());
    QVERIFY(!fs::exists(m_runs));
    const RunFolder other = fixture::makeRun(m_runs);
    QVERIFY(!createRun(m_runs, twice, "{}", "", record).ok());
    QCOMPARE(QDir(m_runs.c_str()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
             QStringList(QString::fromStdString(other.id())));
}

void RunFolderTest::leftoversOfAKilledCreatorAreRemoved()
{
    fs::create_directories(m_runs / ".new-999999999-20260101-000000-x" / "checkpoints");
    Child alive([] { return true; });
    const auto kept = m_runs / (".new-" + std::to_string(alive.pid()) + "-20260101-000000-y");
    fs::create_directories(kept);
    fixture::makeRun(m_runs);
    QVERIFY(!fs::exists(m_runs / ".new-999999999-20260101-000000-x"));
    QVERIFY(fs::exists(kept));
}

void RunFolderTest::runsAreFoundByFolderIdAndBeginning()
{
    const RunFolder first = fixture::makeRun(m_runs, "alpha");
    const RunFolder second = fixture::makeRun(m_runs, "alpha");
    fs::rename(second.path, m_runs / "other-run");
    const auto isFirst = [&](const Result<RunFolder>& found) { return found.ok() && fs::equivalent(found->path, first.path); };
    QVERIFY(isFirst(findRun(first.path.string())));
    QVERIFY(isFirst(findRun(first.path.string() + "/")));
    QVERIFY(isFirst(findRun(first.id(), m_runs)));
    QVERIFY(isFirst(findRun(first.id().substr(0, 9), m_runs)));
    fs::current_path(m_runs.parent_path());
    QVERIFY(isFirst(findRun(first.id())));
    QVERIFY(isFirst(findRun("runs/" + first.id())));
    fs::current_path(m_runs);
    QVERIFY(isFirst(findRun(first.id())));
    fs::current_path(first.path);
    QVERIFY(isFirst(findRun(".")));
    QCOMPARE(findRun(".")->id(), first.id());
    QVERIFY(isFirst(findRun(first.id())));

    fs::rename(m_runs / "other-run", m_runs / (first.id() + "-2"));
    QVERIFY(isFirst(findRun(first.id(), m_runs)));  // the whole id wins
    const auto two = findRun(first.id().substr(0, 9), m_runs);
    QCOMPARE(two.error().code, std::string("ambiguous-run"));
    QVERIFY(two.error().message.find(first.id() + "-2") != std::string::npos);
}

void RunFolderTest::whatIsNoRunIsSaidSo()
{
    const RunFolder run = fixture::makeRun(m_runs);
    QCOMPARE(findRun("nothing", m_runs).error().code, std::string("no-such-run"));
    QCOMPARE(findRun("", m_runs).error().code, std::string("no-such-run"));
    QCOMPARE(findRun(m_runs.string()).error().code, std::string("not-a-run"));
    std::ofstream(run.database(), std::ios::trunc) << "this is no database at all, but it is long enough to look";
    const auto damaged = findRun(run.id(), m_runs);
    QCOMPARE(damaged.error().code, std::string("damaged"));
    QCOMPARE(exitCode(damaged.error().kind), 2);
}

void RunFolderTest::notesComeBackAndReplaceEachOther()
{
    const RunFolder run = fixture::makeRun(m_runs);
    QVERIFY(readNotes(run) == RunNotes());
    const RunNotes notes = {{"good", "to \"show\"", "für später"}, "two\nlines with \\ and '''", true, "#aabbcc"};
    QVERIFY(writeNotes(run, notes).ok());
    QVERIFY(readNotes(run) == notes);
    QCOMPARE(writeNotes(run, {{}, "half \xC3", false, ""}).error().code, std::string("bad-text"));
    QVERIFY(readNotes(run) == notes);
    QVERIFY(writeNotes(run, {}).ok());
    QVERIFY(readNotes(run) == RunNotes());
}

void RunFolderTest::exitRecordsComeBackAndGo()
{
    const RunFolder run = fixture::makeRun(m_runs);
    QVERIFY(!readExitRecord(run));
    QVERIFY(removeExitRecord(run).ok());
    const ExitRecord record = {"failed", 1, 9, "killed by the system, \"probably\" out of memory", 1700000000.25};
    QVERIFY(writeExitRecord(run, record).ok());
    QVERIFY(readExitRecord(run) == record);
    QVERIFY(removeExitRecord(run).ok());
    QVERIFY(!readExitRecord(run));
}

void RunFolderTest::brokenNotesAndExitRecordsAreNone()
{
    const RunFolder run = fixture::makeRun(m_runs);
    for (const std::string& text : {std::string(), std::string("{"), std::string("= = ="), std::string("tags = 7\nnotes = 5"),
                                    std::string("[\"x\"]"), std::string("{\"state\":7}"), std::string(10'000, '[')}) {
        std::ofstream(run.exitFile(), std::ios::trunc) << text;
        std::ofstream(run.notesFile(), std::ios::trunc) << text;
        QVERIFY2(!readExitRecord(run), text.c_str());
        QVERIFY2(readNotes(run) == RunNotes(), text.c_str());
    }
}

void RunFolderTest::thisMachineIsKnown()
{
    const DeviceProfile machine = thisMachine();
    QVERIFY(!machine.cpu.empty() || !machine.features.empty());
    QVERIFY(machine.cores >= 1);
    QVERIFY(machine.memoryBytes > (std::int64_t(64) << 20));
}

QTEST_GUILESS_MAIN(RunFolderTest)
#include "run_folder_test.moc"
