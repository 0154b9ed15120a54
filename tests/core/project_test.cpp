// The list of runs of a project: complete, current, and never hidden by one broken run.
#include <QtTest>

#include <sqlite3.h>
#include <sys/stat.h>

#include <cmath>
#include <fstream>

#include "moebel/base/file.h"
#include "moebel/store/project.h"
#include "tests/support/store_fixture.h"

using namespace moebel;
namespace fs = std::filesystem;

namespace {

void tell(const RunFolder& run, const std::vector<RunEvent>& events)
{
    auto writer = RunWriter::open(run);
    if (!writer) qFatal("%s", writer.error().message.c_str());
    for (const RunEvent& event : events) (*writer)->receive(event);
    if (!(*writer)->flush()) qFatal("not written");
}

const RunSummary& find(const std::vector<RunSummary>& runs, const std::string& id)
{
    static const RunSummary kNone;
    for (const RunSummary& run : runs)
        if (run.id == id) return run;
    return kNone;
}

void overwrite(const fs::path& file, const std::string& content)
{
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

QString stateOf(const RunSummary& run) { return QString::fromStdString(std::string(name(run.status.state))); }

void execute(const fs::path& database, const char* sql)
{
    sqlite3* handle = nullptr;
    sqlite3_open(database.c_str(), &handle);
    sqlite3_exec(handle, sql, nullptr, nullptr, nullptr);
    sqlite3_close(handle);
}

}  // namespace

class ProjectTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aProjectIsAFolderWithRunsOrADescription();
    void aProjectIsMadeWhereThereIsNone();
    void whatIsNoProjectIsSaidSo();
    void modelsAreKeptWithoutTouchingTheRestOfTheFile();
    void aFileThatIsWrongKeepsItsModels();
    void runsAreListedNewestFirstWithTheirHeadlines();
    void aChangedRunIsReadAgain();
    void theIndexSavesReadingWhatDidNotChange();
    void manyNewRunsComeInPartsTheNewestFirst();
    void theIndexCanBeLostOrBroken_data();
    void theIndexCanBeLostOrBroken();
    void aForeignIndexIsLeftAlone();
    void oneDamagedRunHidesNoOther_data();
    void oneDamagedRunHidesNoOther();
    void runsThatAreBeingMadeAreNotListed();
    void runsOfANewerProgramAreListed();

private:
    fs::path index() const { return m_project / "project.sqlite"; }
    std::vector<RunSummary> list() const { return Project::open(m_project)->runs(); }
    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_project;
    fs::path m_runs;
};

void ProjectTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_project = fixture::pathOf(*m_folder) / "project";
    m_runs = m_project / "runs";
    fs::create_directories(m_runs);
}

void ProjectTest::aProjectIsAFolderWithRunsOrADescription()
{
    QCOMPARE(Project::open(m_project)->title(), std::string("project"));
    QVERIFY(list().empty());
    overwrite(m_project / "experiment.toml", "title = \"From the experiment\"\n");
    QCOMPARE(Project::open(m_project)->title(), std::string("project"));  // an experiment is not the project
    overwrite(m_project / "project.toml", "title = \"From the project\"\n");
    QCOMPARE(Project::open(m_project)->title(), std::string("From the project"));
    overwrite(m_project / "project.toml", "title = [[[[");
    QCOMPARE(Project::open(m_project)->title(), std::string("project"));

    fs::remove(m_runs);
    QVERIFY(Project::open(m_project).ok());
    QVERIFY(list().empty());

    const auto bare = fixture::pathOf(*m_folder) / "bare";
    const RunFolder run = fixture::makeRun(bare);
    const auto project = Project::open(bare);
    QVERIFY(project.ok());
    QVERIFY(fs::equivalent(project->runsFolder(), bare));
    QCOMPARE(project->runs().size(), std::size_t(1));
    QCOMPARE(project->runs().front().id, run.id());
    QCOMPARE(Project::folderOf(run), bare);
    QCOMPARE(Project::folderOf(RunFolder{m_runs / "one"}), m_project);
}

void ProjectTest::aProjectIsMadeWhereThereIsNone()
{
    const fs::path folder = m_project / "one" / "two";
    const auto made = Project::make(folder, "Greek \"and\" Turkish");
    QVERIFY(made.ok());
    QCOMPARE(made->title(), std::string("Greek \"and\" Turkish"));
    QCOMPARE(Project::make(folder, "another")->title(), std::string("Greek \"and\" Turkish"));
    fs::create_directories(m_project / "plain");
    QCOMPARE(Project::make(m_project / "plain", "")->title(), std::string("plain"));
    const RunFolder run = fixture::makeRun(m_runs);
    QCOMPARE(Project::make(run.path, "x").error().code, std::string("not-a-project"));
    QVERIFY(!fs::exists(run.path / "project.toml"));
    overwrite(m_project / "file", "x");
    QCOMPARE(Project::make(m_project / "file" / "below", "x").error().code, std::string("cannot-write"));
}

void ProjectTest::whatIsNoProjectIsSaidSo()
{
    const RunFolder run = fixture::makeRun(m_runs);
    fs::create_directories(m_project / "empty");
    for (const auto& folder : {m_project / "nothing", m_project / "empty", run.path, run.experimentFile()}) {
        const auto project = Project::open(folder);
        QVERIFY2(!project.ok(), folder.c_str());
        QCOMPARE(project.error().code, std::string("not-a-project"));
        QVERIFY(project.error().kind == ErrorKind::InvalidInput);
    }
}

void ProjectTest::modelsAreKeptWithoutTouchingTheRestOfTheFile()
{
    const fs::path folder = m_project / "with-models";
    fs::create_directories(folder / "runs");
    const auto project = Project::open(folder);
    QVERIFY(project.ok());
    QVERIFY(project->models().empty());
    const std::vector<fs::path> models = {"/models/\u03b5\u03bb \"x\"", project->folder() / "bases/tiny.gguf"};
    QVERIFY(project->setModels(models).ok());
    QVERIFY(project->models() == models);

    overwrite(folder / "project.toml", "# ours\ntitle = \"Bases\"  # a name\nmodels = [\"bases/tiny.gguf\"]\n");
    QVERIFY(project->models() == std::vector<fs::path>{project->folder() / "bases/tiny.gguf"});
    QVERIFY(project->setModels({"/elsewhere"}).ok());
    const auto text = readFile(folder / "project.toml");
    QVERIFY(text.ok());
    QCOMPARE(QString::fromStdString(*text), "# ours\ntitle = \"Bases\"  # a name\nmodels = [\"/elsewhere\"]\n");
    QVERIFY(project->setModels({}).ok());
    QVERIFY(project->models().empty());
}

void ProjectTest::aFileThatIsWrongKeepsItsModels()
{
    const fs::path folder = m_project / "wrong";
    fs::create_directories(folder / "runs");
    const auto project = Project::open(folder);
    QVERIFY(project.ok());
    for (const char* wrong : {"models = 3\n", "models = [\n", "title = \n"}) {
        overwrite(folder / "project.toml", wrong);
        const Status kept = project->setModels({"/elsewhere"});
        QVERIFY2(!kept.ok() && kept.error().message.find("project.toml") != std::string::npos, wrong);
        QCOMPARE(QString::fromStdString(*readFile(folder / "project.toml")), QString(wrong));
    }
}

void ProjectTest::runsAreListedNewestFirstWithTheirHeadlines()
{
    const RunFolder older = fixture::makeRun(m_runs, "older");
    const RunFolder newer = fixture::makeRun(m_runs, "newer");
    tell(older, {RunStarted{older.id(), false, 1, 20, 2},
                 EvaluationFinished{-1, 0, true, {fixture::score("en", "base", 0, 9), fixture::score("el", "base", 0, 9)}},
                 EvaluationFinished{1, 20, true, {fixture::score("en", "review", 20, 2), fixture::score("el", "review", 20, 3)}},
                 StepFinished{1, 20, {{"language-model-loss", "nats/token", "", 1.75}}}});
    QVERIFY(writeExitRecord(older, {"finished", 0, 0, "", 5}).ok());
    const RunNotes notes = {{"a", "b,c"}, "hello", true, "#123456"};
    QVERIFY(writeNotes(older, notes).ok());
    for (int round = 0; round < 2; ++round) {  // read, then from the index
        const auto runs = list();
        QCOMPARE(runs.size(), std::size_t(2));
        QCOMPARE(runs[0].id, newer.id());
        QCOMPARE(stateOf(runs[0]), "queued");
        QVERIFY(std::isnan(runs[0].originalBitsPerByte) && std::isnan(runs[0].expandedBitsPerByte));
        QCOMPARE(runs[1].title, std::string("older"));
        QCOMPARE(runs[1].method, std::string("moe-lpr"));
        QCOMPARE(stateOf(runs[1]), "finished");
        QCOMPARE(runs[1].status.step, 20);
        QCOMPARE(runs[1].status.totalSteps, 20);
        QCOMPARE(runs[1].originalBitsPerByte, 2.0);
        QCOMPARE(runs[1].expandedBitsPerByte, 3.0);
        QCOMPARE(runs[1].loss, 1.75);
        QVERIFY(std::isnan(runs[0].loss));
        QVERIFY(runs[1].notes == notes);
        QVERIFY(runs[1].createdAt > 1.6e9 && runs[1].createdAt < runs[0].createdAt);
        QVERIFY(fs::equivalent(runs[1].folder.path, older.path));
    }
}

void ProjectTest::aChangedRunIsReadAgain()
{
    const RunFolder run = fixture::makeRun(m_runs);
    QCOMPARE(stateOf(list().front()), "queued");
    {
        const auto lock = RunLock::acquire(run);
        QVERIFY(lock.ok());
        QCOMPARE(stateOf(list().front()), "running");
        QCOMPARE(stateOf(list().front()), "running");
    }
    QCOMPARE(stateOf(list().front()), "interrupted");
    tell(run, {fixture::step(3, 1)});
    QCOMPARE(list().front().status.step, 3);
    QVERIFY(writeExitRecord(run, {"failed", 1, 0, "no luck", 5}).ok());
    QCOMPARE(list().front().status.reason, std::string("no luck"));
    QVERIFY(writeNotes(run, {{}, "new", false, ""}).ok());
    QCOMPARE(list().front().notes.notes, std::string("new"));
    fs::remove_all(run.path);
    QVERIFY(list().empty());
}

void ProjectTest::theIndexSavesReadingWhatDidNotChange()
{
    fixture::makeRun(m_runs, "as made");
    QCOMPARE(list().front().title, std::string("as made"));
    execute(index(), "UPDATE run_index SET title = 'from the index'");
    QCOMPARE(list().front().title, std::string("from the index"));
}

void ProjectTest::manyNewRunsComeInPartsTheNewestFirst()
{
    const RunFolder run = fixture::makeRun(m_runs);
    for (int i = 0; i < 150; ++i) fs::copy(run.path, m_runs / ("20300101-" + std::to_string(100'000 + i) + "-copy"));
    std::vector<std::vector<RunSummary>> parts;
    const auto all = Project::open(m_project)->runs([&](const std::vector<RunSummary>& part) { parts.push_back(part); });
    QCOMPARE(all.size(), std::size_t(151));
    QVERIFY(!parts.empty());
    QVERIFY(parts.front().size() < all.size());
    for (const auto& part : parts)
        for (std::size_t i = 0; i < part.size(); ++i) QCOMPARE(part[i].id, all[i].id);
    parts.clear();
    (void)Project::open(m_project)->runs([&](const std::vector<RunSummary>& part) { parts.push_back(part); });
    QVERIFY(parts.empty());  // the index has them
}

void ProjectTest::theIndexCanBeLostOrBroken_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("lost") << QByteArray();
    QTest::newRow("text") << QByteArray("this is no database at all, but it is long enough to be looked at");
    QTest::newRow("zeros") << QByteArray(20'000, '\0');
    QTest::newRow("cut") << QByteArray("cut");
    QTest::newRow("flipped") << QByteArray("flipped");
    QTest::newRow("another table") << QByteArray("another table");
}

void ProjectTest::theIndexCanBeLostOrBroken()
{
    QFETCH(QByteArray, content);
    const RunFolder run = fixture::makeRun(m_runs, "as made");
    QCOMPARE(list().size(), std::size_t(1));
    if (content.isEmpty()) {
        fs::remove(index());
    } else if (content == "cut") {
        fs::resize_file(index(), 5000);
    } else if (content == "flipped") {
        std::fstream file(index(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4096);
        file << std::string(4096, '\xff');
    } else if (content == "another table") {
        execute(index(), "DROP TABLE run_index; CREATE TABLE run_index (x)");
    } else {
        overwrite(index(), content.toStdString());
    }
    for (int round = 0; round < 2; ++round) {
        QCOMPARE(list().size(), std::size_t(1));
        QCOMPARE(list().front().title, std::string("as made"));
    }
    execute(index(), "UPDATE run_index SET title = 'from the index'");
    QCOMPARE(list().front().title, std::string("from the index"));  // it is an index again
}

void ProjectTest::aForeignIndexIsLeftAlone()
{
    fixture::makeRun(m_runs);
    execute(index(), "PRAGMA application_id = 77; CREATE TABLE mine (x)");
    QCOMPARE(list().size(), std::size_t(1));
    sqlite3* handle = nullptr;
    sqlite3_open(index().c_str(), &handle);
    QCOMPARE(sqlite3_exec(handle, "SELECT x FROM mine", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(handle);
}

void ProjectTest::oneDamagedRunHidesNoOther_data()
{
    QTest::addColumn<QString>("damage");
    for (const char* damage : {"no experiment", "no database", "empty database", "text", "zeros", "half", "one page", "cut in a page",
                               "header flipped", "first page", "second page", "all but the header", "other application", "no tables",
                               "no run row", "table is a view", "database is a folder", "database is a dangling link",
                               "database is a pipe", "unreadable journal", "odd exit record", "odd lock", "odd notes", "trigger"})
        QTest::newRow(damage) << damage;
}

void ProjectTest::oneDamagedRunHidesNoOther()
{
    QFETCH(QString, damage);
    const RunFolder good = fixture::makeRun(m_runs, "good");
    const RunFolder bad = fixture::makeRun(m_runs, "bad");
    tell(bad, {fixture::step(1, 1), RoutingSampled{0, 1, RoutingSplit::Training, fixture::routing()}});
    const fs::path database = bad.database();
    const auto size = fs::file_size(database);
    const auto scribble = [&](std::streamoff from, std::size_t count) {
        std::fstream file(database, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(from);
        file << std::string(count, '\xa5');
    };
    const char* expected = "damaged";
    if (damage == "no experiment") fs::remove(bad.experimentFile());
    if (damage == "no database") fs::remove(database);
    if (damage == "empty database") overwrite(database, "");
    if (damage == "text") overwrite(database, "this is no database at all, but it is long enough to be looked at");
    if (damage == "zeros") overwrite(database, std::string(size, '\0'));
    if (damage == "half") fs::resize_file(database, size / 2);
    if (damage == "one page") fs::resize_file(database, 4096);
    if (damage == "cut in a page") fs::resize_file(database, size - 100);
    if (damage == "header flipped") scribble(0, 50);
    if (damage == "first page") scribble(100, 3900);
    if (damage == "second page") scribble(4096, 4096);
    if (damage == "all but the header") scribble(100, size - 100);
    if (damage == "other application") execute(database, "PRAGMA application_id = 1");
    if (damage == "no tables") execute(database, "DROP TABLE event");
    if (damage == "no run row") execute(database, "DELETE FROM run");
    if (damage == "table is a view") execute(database, "DROP TABLE run; CREATE VIEW run AS SELECT 1 AS id");
    if (damage == "trigger") execute(database, "CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM run; END");
    if (damage.startsWith("database is")) fs::remove(database);
    if (damage == "database is a folder") fs::create_directories(database / "x");
    if (damage == "database is a dangling link") fs::create_symlink("/nonexistent/file", database);
    if (damage == "database is a pipe") QCOMPARE(::mkfifo(database.c_str(), 0600), 0);
    if (damage == "unreadable journal") {
        overwrite(database.string() + "-journal", std::string(5000, 'j'));
        expected = "interrupted";  // somebody worked here; what is no journal is left out
    }
    if (damage.startsWith("odd")) expected = damage == "odd lock" ? "interrupted" : "queued";
    if (damage == "odd exit record") overwrite(bad.exitFile(), "{{{");
    if (damage == "odd lock") overwrite(bad.lockFile(), "{\"pid\":true}");
    if (damage == "odd notes") overwrite(bad.notesFile(), "[[[");

    for (int round = 0; round < 2; ++round) {
        const auto runs = list();
        QCOMPARE(runs.size(), std::size_t(2));
        QCOMPARE(stateOf(find(runs, good.id())), "queued");
        const RunSummary& found = find(runs, bad.id());
        QCOMPARE(stateOf(found), expected);
        QCOMPARE(found.status.reason.empty(), found.status.state == RunState::Queued);
    }
}

void ProjectTest::runsThatAreBeingMadeAreNotListed()
{
    fs::create_directories(m_runs / ".new-1-20260101-000000-x");
    overwrite(m_runs / ".new-1-20260101-000000-x" / "run.sqlite", "");
    fs::create_directories(m_runs / "some folder");
    overwrite(m_runs / "some file", "");
    QVERIFY(list().empty());
}

void ProjectTest::runsOfANewerProgramAreListed()
{
    const RunFolder run = fixture::makeRun(m_runs, "from tomorrow");
    execute(run.database(), "PRAGMA user_version = 99");
    QCOMPARE(list().front().title, std::string("from tomorrow"));
    QCOMPARE(findRun(run.path.string()).error().code, std::string("newer-schema"));
}

QTEST_GUILESS_MAIN(ProjectTest)
#include "project_test.moc"
