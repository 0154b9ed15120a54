// Bad input, each with one clear sentence and exit code 2, and nothing left behind.
#include <sqlite3.h>

#include "moebel/store/run_folder.h"
#include "tests/support/tiny_project.h"

using namespace moebel;
using namespace moebel::test;

class CliRefusalsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_project.makeRun(), m_project.run.err); }

    void unknownVerbIsRefused();
    void wrongOptionsAreRefused();
    void badDescriptionsLeaveNothingBehind_data();
    void badDescriptionsLeaveNothingBehind();
    void planSaysWhatIsWrongToo();
    void bfloat16NeedsACpuThatHasIt();
    void damagedBaseCheckpointIsRefused();
    void baseThatIsNoDenseModelLeavesNothingBehind();
    void noSpaceIsSaidBeforeAnythingIsMade();
    void foldersThatAreNoRunAreRefused();
    void runFromANewerVersionIsRefused();
    void commandsToARunThatIsNotLiveAreRefused();
    void jsonNestedMillionsDeepIsRefused();
    void aTokenizerLargerThanItsModelIsRefused();

private:
    TinyProject m_project;
};

void CliRefusalsTest::unknownVerbIsRefused()
{
    verifyRefused({"evaluate"}, "there is no verb 'evaluate'");
    verifyRefused({"shwo"}, "did you mean 'show'?");
    QCOMPARE(call({}).code, 2);
}

void CliRefusalsTest::wrongOptionsAreRefused()
{
    verifyRefused({"show", m_project.runFolder, "--no-such-option"}, "--no-such-option");
    verifyRefused({"run"}, "EXPERIMENT");
    verifyRefused({"show", m_project.runFolder, "--threads", "0"}, "--threads");
    verifyRefused({"show", m_project.runFolder, "--device", "abacus"}, "abacus");
    verifyRefused({"show", m_project.runFolder, "--device", "cuda:first"}, "cuda:<number>");
    verifyRefused({"run", m_project.experiment, "--device", "cuda"}, "use --device auto or cpu");
    verifyRefused({"run", m_project.experiment, "--device", "cuda:1"}, "use --device auto or cpu");
    verifyRefused({"run", m_project.experiment, "--set", "seed"}, "PATH=VALUE");
}

void CliRefusalsTest::badDescriptionsLeaveNothingBehind_data()
{
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("to");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("unknown key") << "seed = 3" << "seed = 3\nsped = 4" << QByteArray("sped");
    QTest::newRow("not TOML") << "seed = 3" << "seed = = 3" << QByteArray("experiment.toml");
    QTest::newRow("role twice") << "expanded = [\"ba\"]" << "expanded = [\"ba\", \"aa\"]" << QByteArray("aa");
    QTest::newRow("K above the experts") << "experts = 3" << "experts = 3\ntop_k = 4" << QByteArray("top_k");
    QTest::newRow("replay without original text") << "original = [\"aa\", \"ab\"]" << "original = []" << QByteArray("original");
    QTest::newRow("language without text") << "source = \"synthetic\"\nsynthetic_documents = 60"
                                           << "source = \"text\"\nfiles = {aa = \"aa.txt\", ab = \"ab.txt\"}" << QByteArray("ba");
    QTest::newRow("text file is missing")
        << "source = \"synthetic\"\nsynthetic_documents = 60"
        << "source = \"text\"\nfiles = {aa = \"none.txt\", ab = \"none.txt\", ba = \"none.txt\"}" << QByteArray("none.txt");
    QTest::newRow("base checkpoint is missing")
        << "[base]" << "[base]\nkind = \"checkpoint\"\npath = \"nowhere\"" << QByteArray("nowhere");
}

void CliRefusalsTest::badDescriptionsLeaveNothingBehind()
{
    QFETCH(QString, from);
    QFETCH(QString, to);
    QFETCH(QByteArray, expected);
    QString text = kTiny;
    QVERIFY(text.contains(from));
    text.replace(from, to);
    const QString project = QString("bad/%1").arg(QTest::currentDataTag());
    const QString file = m_project.write(project + "/experiment.toml", text);
    const QSet<QString> before = everythingIn(m_project.path(project));
    verifyRefused({"run", file}, expected);
    QCOMPARE(everythingIn(m_project.path(project)), before);
}

void CliRefusalsTest::planSaysWhatIsWrongToo()
{
    verifyRefused({"plan", m_project.experiment, "--set", "expansion.top_k=4"}, "top_k");
    verifyRefused({"plan", m_project.path("no-such-file.toml")}, "no-such-file.toml");
    const Ended plan = call({"plan", m_project.experiment, "--json"});
    QVERIFY2(plan.code == 0, plan.err);
    QVERIFY(!plan.json().isEmpty());
    QVERIFY(call({"plan", m_project.experiment}).out.contains("GFLOP/s"));
}

void CliRefusalsTest::bfloat16NeedsACpuThatHasIt()
{
    const auto rates = call({"plan", m_project.experiment, "--json"}).json()["measured_tokens_per_second"].toObject();
    QVERIFY(rates["float32"].toDouble() > 0);
    const std::string features = thisMachine().features;
    const bool has = features.find("avx512_bf16") != std::string::npos || features.find("amx_bf16") != std::string::npos;
    QCOMPARE(rates["bfloat16"].toDouble() > 0, has);
    if (has)
        QCOMPARE(call({"plan", m_project.experiment, "--set", "compute.precision=bfloat16"}).code, 0);
    else
        verifyRefused({"run", m_project.experiment, "--set", "compute.precision=bfloat16"}, "neither avx512_bf16 nor amx_bf16");
}

void CliRefusalsTest::damagedBaseCheckpointIsRefused()
{
    const QString base = m_project.path("base");
    QDir().mkpath(base);
    for (const char* name : {"config.json", "model.safetensors", "tokenizer.model"}) {
        QVERIFY(QFile::copy(m_project.checkpoint() + "/" + name, base + "/" + name));
    }
    QFile weights(base + "/model.safetensors");
    QVERIFY(weights.resize(weights.size() - 100));
    QString text = kTiny;
    text.replace("[base]", "[base]\nkind = \"checkpoint\"\npath = \"" + base + "\"");
    const QString file = m_project.write("truncated/experiment.toml", text);
    const QSet<QString> before = everythingIn(m_project.path("truncated"));
    verifyRefused({"run", file}, "model.safetensors");
    QCOMPARE(everythingIn(m_project.path("truncated")), before);
    verifyRefused({"score", "--model", base, m_project.experiment}, "model.safetensors");
}

void CliRefusalsTest::baseThatIsNoDenseModelLeavesNothingBehind()
{
    // Only the worker sees this one, after the run folder was made.
    QString text = kTiny;
    text.replace("[base]", "[base]\nkind = \"checkpoint\"\npath = \"" + m_project.checkpoint() + "\"");
    const QString file = m_project.write("expanded/experiment.toml", text);
    const QSet<QString> before = everythingIn(m_project.path("expanded"));
    const Ended ended = call({"run", file, "--threads", "1", "--json"});
    QCOMPARE(ended.code, 2);
    QVERIFY2(lastLine(ended.err).contains("dense"), ended.err);
    QVERIFY2(ended.json()["error"].toObject()["message"].toString().contains("dense"), ended.out);
    QCOMPARE(everythingIn(m_project.path("expanded")), before);
}

void CliRefusalsTest::noSpaceIsSaidBeforeAnythingIsMade()
{
    const QStringList huge = {"--set", "base.layers=1000", "--set", "base.width=65536", "--set",
                              "base.feed_forward_width=262144"};
    const QString file = m_project.write("huge/experiment.toml", kTiny);
    const QSet<QString> before = everythingIn(m_project.path("huge"));
    verifyRefused(QStringList{"run", file} + huge, " free");
    QCOMPARE(everythingIn(m_project.path("huge")), before);
}

void CliRefusalsTest::foldersThatAreNoRunAreRefused()
{
    const QString empty = m_project.path("empty");
    QDir().mkpath(empty);
    verifyRefused({"show", empty}, "empty");
    verifyRefused({"resume", empty}, "empty");
    verifyRefused({"stop", m_project.path("does-not-exist")}, "does-not-exist");
    verifyRefused({"list", "--project", empty}, "empty");
    verifyRefused({"score", "--model", empty, m_project.experiment}, "empty");
    verifyRefused({"report", empty, "--out", m_project.path("report.html")}, "empty");
    QVERIFY(everythingIn(empty).isEmpty());
}

void CliRefusalsTest::runFromANewerVersionIsRefused()
{
    const QString newer = m_project.path("newer");
    QVERIFY(QDir().mkpath(newer));
    for (const char* name : {"run.sqlite", "experiment.toml", "plan.json"}) {
        QVERIFY(QFile::copy(m_project.runFolder + "/" + name, newer + "/" + name));
    }
    sqlite3* database = nullptr;
    QCOMPARE(sqlite3_open((newer + "/run.sqlite").toUtf8().constData(), &database), SQLITE_OK);
    QCOMPARE(sqlite3_exec(database, "PRAGMA user_version = 99", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
    verifyRefused({"show", newer}, "newer");
    verifyRefused({"resume", newer}, "newer");
}

void CliRefusalsTest::commandsToARunThatIsNotLiveAreRefused()
{
    for (const char* verb : {"stop", "pause", "save"}) verifyRefused({verb, m_project.runFolder}, "not running");
}

void CliRefusalsTest::jsonNestedMillionsDeepIsRefused()
{
    const QString deep(3'000'000, '[');
    const QString file = m_project.write("deep.json", deep), objects = m_project.write("objects.json", QString("{\"a\":").repeated(1'000'000));
    const QString tokenizer = m_project.checkpoint() + "/tokenizer.model";
    verifyRefused({"detokenize", "--tokenizer", tokenizer, file}, "deep.json:1: arrays or objects are nested more than 64 deep");
    verifyRefused({"tokenize", "--tokenizer", tokenizer, objects}, "objects.json:1: arrays or objects are nested more than 64");
    for (const QString& ids : {file, objects, m_project.write("inside.json", "{\"input_ids\": " + deep)})
        verifyRefused({"logits", "--model", m_project.checkpoint(), "--ids", ids, "--out", m_project.path("none.safetensors")},
                      "nested more than 64 deep");
    QVERIFY(!QFile::exists(m_project.path("none.safetensors")));
}

void CliRefusalsTest::aTokenizerLargerThanItsModelIsRefused()
{
    const QString model = m_project.path("larger");
    QVERIFY(QDir().mkpath(model));
    for (const char* name : {"config.json", "model.safetensors"}) QVERIFY(QFile::copy(m_project.checkpoint() + "/" + name, model + "/" + name));
    QVERIFY(QFile::copy(MOEBEL_SOURCE_DIR "/tests/golden/tokenizers/smollm.json", model + "/tokenizer.json"));
    const QString text = m_project.write("words.txt", "Everything that is written here needs many different tokens.\n");
    verifyRefused({"score", "--model", model, text}, ", the model has rows for 0 to 511; put the tokenizer of this model in its place");
    verifyRefused({"route", "--model", model, "--language", "en", text}, "the model has rows for 0 to 511");
    verifyRefused({"similarity", "--model", model, "--original", "en=" + text, "--new", "el=" + text}, "the model has rows for 0 to 511");
}

QTEST_GUILESS_MAIN(CliRefusalsTest)
#include "cli_refusals_test.moc"
