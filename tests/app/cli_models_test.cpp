// Verbs that tell what models and tokenizers are, before anything is trained.
#include "tests/support/tiny_project.h"

using namespace moebel;
using namespace moebel::test;

class CliModelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_project.makeRun(), m_project.run.err); }

    void aRunIsInspectedAsItsNewestCheckpoint();
    void whatIsNoModelIsRefused();
    void aTokenizerIsMeasuredOnTheLanguagesOfAnExperiment();
    void anExperimentOnAModelUsesTheTokenizerOfTheModel();
    void aReportNeedsOneKindOfText();
    void withoutAWindowATextIsScoredInThoseOfTheContext();
    void interruptedLogitsLeaveNothingBehind();

private:
    TinyProject m_project;
};

void CliModelsTest::aRunIsInspectedAsItsNewestCheckpoint()
{
    const Ended ended = call({"inspect", m_project.runFolder, "--json"});
    QVERIFY2(ended.code == 0, ended.err);
    const QJsonObject model = ended.json();
    QCOMPARE(model["path"].toString(), m_project.checkpoint());
    QVERIFY2(model["usable"].toBool(), ended.out);
    QCOMPARE(model["shape"].toObject()["layers"].toInt(), 2);
    QCOMPARE(model["experts"].toArray(), (QJsonArray{3, 3}));
    QCOMPARE(model["tokenizer"].toObject()["kind"].toString(), "SentencePiece");
    qint64 bytes = 0;
    for (const QJsonValue& tensor : model["tensors"].toArray()) bytes += tensor["bytes"].toInteger();
    QCOMPARE(bytes, model["weight_bytes"].toInteger());
    QCOMPARE(bytes, 4 * model["parameters"].toObject()["total"].toInteger());
    const Ended text = call({"inspect", m_project.checkpoint() + "/config.json", "--tensors"});
    QVERIFY2(text.out.contains("model.layers.1.mlp.experts.2.up_proj.weight") && !text.out.contains("Problems"), text.out);
}

void CliModelsTest::whatIsNoModelIsRefused()
{
    verifyRefused({"inspect", m_project.path("nothing")}, "neither the folder of a run");
    verifyRefused({"inspect", m_project.write("empty.gguf", "")}, "empty.gguf");
    verifyRefused({"inspect", m_project.path("nothing.gguf")}, "nothing.gguf");
}

void CliModelsTest::aTokenizerIsMeasuredOnTheLanguagesOfAnExperiment()
{
    const QString experiment = m_project.write("measured.toml", kTiny);
    const Ended own = call({"tokenizer-report", "--experiment", experiment, "--json"});
    QVERIFY2(own.code == 0, own.err);
    const QJsonArray languages = own.json()["languages"].toArray();
    QCOMPARE(languages.size(), 3);
    QCOMPARE(languages[2].toObject()["language"].toString(), "ba");
    QVERIFY(languages[2].toObject()["documents"].toInt() > 1);
    QCOMPARE(own.json()["tokenizer"].toObject()["vocabulary"].toInt(), 512);
    QCOMPARE(own.json()["vocabulary_overlap"].toArray()[1].toArray()[1].toDouble(), 1.0);
    const Ended other = call({"tokenizer-report", "--experiment", experiment, "--tokenizer",
                              QStringLiteral(MOEBEL_SOURCE_DIR "/tests/golden/tokenizers/smollm.json"), "--bytes", "500", "--json"});
    QVERIFY2(other.code == 0, other.err);
    const QJsonObject first = other.json()["languages"].toArray()[0].toObject();
    QVERIFY(first["bytes"].toInt() < languages[0].toObject()["bytes"].toInt());
    QVERIFY(first["fertility"].toDouble() > languages[0].toObject()["fertility"].toDouble());
}

// The description's own vocabulary is not used then: nothing is trained.
void CliModelsTest::anExperimentOnAModelUsesTheTokenizerOfTheModel()
{
    QString text = kTiny;
    text.replace("[base]", "[base]\nkind = \"checkpoint\"\npath = \"" + m_project.checkpoint() + "\"");
    text.replace("vocabulary = 512", "vocabulary = 300");
    const QString experiment = m_project.write("based.toml", text);
    const Ended own = call({"tokenizer-report", "--experiment", experiment, "--json"});
    QVERIFY2(own.code == 0, own.err);
    const QJsonObject tokenizer = own.json()["tokenizer"].toObject();
    QCOMPARE(tokenizer["vocabulary"].toInt(), 512);
    QCOMPARE(tokenizer["file"].toString(), m_project.checkpoint() + "/tokenizer.model");
    const Ended texts = call({"text", experiment, "--json"});
    QVERIFY2(texts.json()["languages"].toArray()[0].toObject()["tokens"].toInt() > 0, texts.out);
    text.replace(m_project.checkpoint(), m_project.path("nowhere"));
    verifyRefused({"tokenizer-report", "--experiment", m_project.write("nowhere.toml", text)}, "nowhere does not exist: check the path");
}

void CliModelsTest::aReportNeedsOneKindOfText()
{
    verifyRefused({"tokenizer-report"}, "needs either text files or --experiment");
    verifyRefused({"tokenizer-report", m_project.write("a.txt", "a")}, "--tokenizer is missing");
    verifyRefused({"tokenizer-report", "--experiment", m_project.write("bad.toml", "seed = \"x\"")}, "seed");
}

void CliModelsTest::withoutAWindowATextIsScoredInThoseOfTheContext()
{
    const QString text = m_project.write("text.txt", QString("ke ta lu ").repeated(400));
    const auto scored = [&](const QStringList& more) {
        return call(QStringList{"score", "--model", m_project.runFolder, "--json", text} + more).out;
    };
    const QByteArray usual = scored({});
    QVERIFY2(usual.contains("bits_per_byte"), usual);
    QCOMPARE(usual, scored({"--window", "32", "--stride", "16"}));
    QVERIFY(usual != scored({"--window", "200"}));
}

void CliModelsTest::interruptedLogitsLeaveNothingBehind()
{
    const QString sequence = "[" + QString("1,2,3,4,5,6,7,8,9,10,").repeated(2000) + "1]";
    const QString ids = m_project.write("long.json", "{\"input_ids\": [" + QStringList(6, sequence).join(',') + "]}");
    QDir().mkpath(m_project.path("cut"));
    QProcess process;
    process.start(program(), {"logits", "--model", m_project.runFolder, "--ids", ids, "--out", m_project.path("cut/l.safetensors")});
    QVERIFY(process.waitForStarted());
    QTRY_VERIFY_WITH_TIMEOUT(!everythingIn(m_project.path("cut")).isEmpty(), 60'000);
    process.terminate();
    QVERIFY(process.waitForFinished(-1));
    QCOMPARE(process.exitCode(), 4);
    QVERIFY2(everythingIn(m_project.path("cut")).isEmpty(), qPrintable(everythingIn(m_project.path("cut")).values().join(' ')));
}

QTEST_GUILESS_MAIN(CliModelsTest)
#include "cli_models_test.moc"
