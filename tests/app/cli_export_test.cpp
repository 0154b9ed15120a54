// moebel export: what it writes is what was trained, whole or not at all.
#include "tests/support/tiny_project.h"

using namespace moebel;
using namespace moebel::test;

class CliExportTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_project.makeRun(), m_project.run.err); }

    void anExportedRunHasTheSameLogits();
    void aCardTellsLanguagesMethodAndScores();
    void anEarlierCheckpointCanBeExported();
    void weightsAreRoundedToTheTypeThatWasAskedFor();
    void whatLiesBesideAModelComesAlong();
    void whatCannotBeExportedLeavesNothingBehind();
    void aPackBesideItsBaseIsTheRunAgain();

private:
    QByteArray logitsOf(const QString& model);
    QString text(const QString& file) { return QString::fromUtf8(bytes(m_project.path(file))); }
    static QByteArray bytes(const QString& path);

    TinyProject m_project;
};

QByteArray CliExportTest::bytes(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray CliExportTest::logitsOf(const QString& model)
{
    const QString ids = m_project.write("ids.json", R"({"input_ids": [[1, 2, 3, 9, 8], [5]]})");
    const QString out = m_project.path("logits.safetensors");
    const Ended ended = call({"logits", "--model", model, "--ids", ids, "--out", out});
    return ended.code == 0 ? bytes(out) : ended.err;
}

void CliExportTest::anExportedRunHasTheSameLogits()
{
    const QString out = m_project.path("exported");
    const Ended ended = call({"export", m_project.runFolder, "--out", out});
    QVERIFY2(ended.code == 0, ended.err);
    QCOMPARE(QString::fromUtf8(ended.out.trimmed()), out);
    QCOMPARE(logitsOf(out), logitsOf(m_project.runFolder));
    for (const char* file : {"generation_config.json", "tokenizer.model", "tokenizer_config.json", "configuration_moebel.py"})
        QVERIFY2(QFileInfo::exists(out + '/' + file), file);
    QVERIFY(text("exported/modeling_moebel.py").contains("class MoebelForCausalLM"));
    const QJsonObject config = QJsonDocument::fromJson(bytes(out + "/config.json")).object();
    QCOMPARE(config["auto_map"].toObject()["AutoModelForCausalLM"].toString(), "modeling_moebel.MoebelForCausalLM");
    QVERIFY(config["num_experts_per_layer"].toArray().size() == config["num_hidden_layers"].toInt());
    verifyRefused({"export", m_project.runFolder, "--out", out}, "exists");
    QCOMPARE(logitsOf(out), logitsOf(m_project.runFolder));
}

void CliExportTest::aCardTellsLanguagesMethodAndScores()
{
    QVERIFY(call({"export", m_project.runFolder, "--out", m_project.path("with-card")}).code == 0);
    const QString card = text("with-card/README.md");
    const QJsonObject shown = QJsonDocument::fromJson(call({"show", m_project.runFolder, "--json"}).out).object();
    int scores = 0;
    for (const QJsonValue& score : shown["scores"].toArray()) {
        if (score["metric"].toString() != "bits-per-byte") continue;
        const QString code = score["language"].toString(), value = QString::number(score["value"].toDouble(), 'f', 3);
        QVERIFY2(card.contains("- \"" + code + "\"\n"), qPrintable(code));
        QVERIFY2(card.contains(value), qPrintable(value));
        ++scores;
    }
    QVERIFY(scores > 0);
    for (const QJsonValue& stage : shown["stages"].toArray())
        if (stage["kind"].toString() != "pretraining")  // of the base
            QVERIFY2(card.contains("- " + stage["kind"].toString() + ": "), qPrintable(card));
    QVERIFY2(card.contains("Method: ") && card.contains("trust_remote_code=True"), qPrintable(card));
}

void CliExportTest::anEarlierCheckpointCanBeExported()
{
    const QJsonArray checkpoints =
        QJsonDocument::fromJson(call({"show", m_project.runFolder, "--json"}).out).object()["checkpoints"].toArray();
    const QString step = QString::number(checkpoints.first().toObject()["step"].toInt());
    const QString out = m_project.path("earlier");
    const Ended ended = call({"export", m_project.runFolder, "--checkpoint", step, "--out", out});
    QVERIFY2(ended.code == 0, ended.err);
    QVERIFY(logitsOf(out) != logitsOf(m_project.runFolder));
    QVERIFY(text("earlier/README.md").contains("step-" + step.rightJustified(6, '0')));
}

void CliExportTest::weightsAreRoundedToTheTypeThatWasAskedFor()
{
    const auto kindsOf = [&](const QString& model) {
        QSet<QString> kinds;
        for (const QJsonValue& tensor : call({"inspect", model, "--json"}).json()["tensors"].toArray())
            kinds.insert(tensor["type"].toString());
        return kinds;
    };
    for (const auto& [type, stored] : {std::pair("bfloat16", "BF16"), std::pair("float16", "F16")}) {
        const QString out = m_project.path(type);
        const Ended ended = call({"export", m_project.runFolder, "--out", out, "--dtype", type});
        QVERIFY2(ended.code == 0, ended.err);
        QCOMPARE(kindsOf(out), QSet<QString>{stored});
        QCOMPARE(QJsonDocument::fromJson(bytes(out + "/config.json")).object()["torch_dtype"].toString(), type);
        QVERIFY(logitsOf(out).size() == logitsOf(m_project.runFolder).size() && logitsOf(out) != logitsOf(m_project.runFolder));
    }
    verifyRefused({"export", m_project.runFolder, "--out", m_project.path("int8"), "--dtype", "int8"}, "int8");
}

// A GPT-2, which stays one, with everything that a published folder has.
void CliExportTest::whatLiesBesideAModelComesAlong()
{
    const QString golden = QStringLiteral(MOEBEL_SOURCE_DIR "/tests/golden/"), model = m_project.path("published/model");
    QVERIFY(QDir().mkpath(model));
    for (const char* name : {"config.json", "model.safetensors"}) QVERIFY(QFile::copy(golden + "models/gpt-2/" + name, model + '/' + name));
    QVERIFY(QFile::copy(golden + "tokenizers/gpt-2.json", model + "/tokenizer.json"));
    m_project.write("published/model/tokenizer_config.json",
                    R"({"bos_token": "<|endoftext|>", "chat_template": "{{ messages }}", "auto_map": {"AutoTokenizer": "x.Y"}})");
    m_project.write("published/model/generation_config.json", R"({"temperature": 0.6, "eos_token_id": [0, 7]})");
    m_project.write("published/model/LICENSE", "Do as you like.");
    m_project.write("published/model/README.md", "---\nlicense: apache-2.0\n---\n");
    const QString out = m_project.path("published/half");
    const Ended ended = call({"export", model, "--out", out, "--dtype", "bfloat16"});
    QVERIFY2(ended.code == 0, ended.err);
    const auto json = [&](const char* name) { return QJsonDocument::fromJson(bytes(out + '/' + name)).object(); };
    const QJsonObject tokenizer = json("tokenizer_config.json"), generation = json("generation_config.json");
    QCOMPARE(tokenizer["chat_template"].toString(), "{{ messages }}");
    QCOMPARE(tokenizer["bos_token"].toString(), "<|endoftext|>");
    QVERIFY(!tokenizer.contains("auto_map"));
    QCOMPARE(generation["temperature"].toDouble(), 0.6);
    QCOMPARE(generation["eos_token_id"].toArray(), (QJsonArray{0, 7}));
    QCOMPARE(bytes(out + "/LICENSE"), QByteArray("Do as you like."));
    const QString card = text("published/half/README.md");
    QVERIFY2(card.contains("license: apache-2.0\n") && !card.contains("trust_remote_code"), qPrintable(card));
    QVERIFY(!QFileInfo::exists(out + "/modeling_moebel.py"));
    QCOMPARE(json("config.json")["architectures"].toArray(), (QJsonArray{"GPT2LMHeadModel"}));
    const Ended again = call({"export", out, "--out", m_project.path("published/again")});
    QVERIFY2(again.code == 0, again.err);
    QCOMPARE(bytes(m_project.path("published/again/model.safetensors")), bytes(out + "/model.safetensors"));
}

void CliExportTest::whatCannotBeExportedLeavesNothingBehind()
{
    const QString out = m_project.path("nothing");
    verifyRefused({"export", m_project.runFolder, "--checkpoint", "999999", "--out", out}, "no checkpoint of step 999999");
    verifyRefused({"export", m_project.checkpoint(), "--checkpoint", "1", "--out", out}, "is no run");
    verifyRefused({"export", m_project.path("no-such-run"), "--out", out}, "neither the folder of a run");
    QVERIFY(!QFileInfo::exists(out));
    QVERIFY(QDir(QFileInfo(out).path()).entryList({"nothing.tmp-*"}, QDir::AllEntries | QDir::Hidden).isEmpty());
}

void CliExportTest::aPackBesideItsBaseIsTheRunAgain()
{
    const QString bases = m_project.path("cache/moebel/bases");
    const QString base = bases + '/' + QDir(bases).entryList(QDir::Dirs | QDir::NoDotAndDotDot).value(0);
    const QString pack = m_project.path("pack"), out = m_project.path("unpacked");
    const Ended packed = call({"pack", m_project.runFolder, "--out", pack});
    QVERIFY2(packed.code == 0, packed.err);
    QVERIFY(text("pack/README.md").contains("moebel unpack . --base") && !QFileInfo::exists(pack + "/config.json"));
    const Ended unpacked = call({"unpack", pack, "--base", base, "--out", out});
    QVERIFY2(unpacked.code == 0, unpacked.err);
    QCOMPARE(logitsOf(out), logitsOf(m_project.runFolder));
    QCOMPARE(bytes(out + "/model.safetensors"), bytes(m_project.checkpoint() + "/model.safetensors"));
    const QString another = m_project.path("another");
    verifyRefused({"unpack", pack, "--base", m_project.runFolder, "--out", another}, "give the dense model");
    verifyRefused({"unpack", pack, "--base", base, "--out", out}, "exists already");
    verifyRefused({"unpack", base, "--base", base, "--out", another}, "is no expert pack");
    verifyRefused({"pack", base, "--out", another}, "nothing to pack");
    QVERIFY(!QFileInfo::exists(another));
}

QTEST_GUILESS_MAIN(CliExportTest)
#include "cli_export_test.moc"
