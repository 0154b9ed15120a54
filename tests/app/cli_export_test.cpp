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
    void whatCannotBeExportedLeavesNothingBehind();

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

void CliExportTest::whatCannotBeExportedLeavesNothingBehind()
{
    const QString out = m_project.path("nothing");
    verifyRefused({"export", m_project.runFolder, "--checkpoint", "999999", "--out", out}, "no checkpoint of step 999999");
    verifyRefused({"export", m_project.checkpoint(), "--checkpoint", "1", "--out", out}, "is no run");
    verifyRefused({"export", m_project.path("no-such-run"), "--out", out}, "neither the folder of a run");
    QVERIFY(!QFileInfo::exists(out));
    QVERIFY(QDir(QFileInfo(out).path()).entryList({"nothing.tmp-*"}, QDir::AllEntries | QDir::Hidden).isEmpty());
}

QTEST_GUILESS_MAIN(CliExportTest)
#include "cli_export_test.moc"
