// The verbs around models and text, through their contract.
#include <sqlite3.h>

#include <QtEndian>
#include <cmath>

#include "tests/support/tiny_project.h"

using namespace moebel;
using namespace moebel::test;

class CliModelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_project.makeRun(), m_project.run.err); }

    void tokenizeAndDetokenizeGiveTheTextBack();
    void scoreAgreesWithItself();
    void logitsHaveEveryTensor();
    void upcycledCopyHasTheSameLogits();
    void routeSharesSumToTopK();
    void textTellsWhatThereIsAndWhatIsMissing();
    void doctorNamesTheLinkedLibraries();

private:
    TinyProject m_project;
};

void CliModelsTest::tokenizeAndDetokenizeGiveTheTextBack()
{
    const QString input = m_project.write("lines.jsonl", QStringLiteral("\"abc def\"\n\"\u03b1\u03b2\u03b3 \u4f60\"\n\"\"\n"));
    const Ended tokens = call({"tokenize", "--tokenizer", m_project.checkpoint(), input});
    QVERIFY2(tokens.code == 0, tokens.err);
    QByteArray ids;
    const QList<QByteArray> lines = tokens.out.trimmed().split('\n');
    QCOMPARE(lines.size(), 3);
    for (const QByteArray& line : lines) {
        const QJsonObject value = QJsonDocument::fromJson(line).object();
        QCOMPARE(value["ids"].toArray().size(), value["offsets"].toArray().size());
        ids += QJsonDocument(value["ids"].toArray()).toJson(QJsonDocument::Compact) + "\n";
    }
    const Ended back =
        call({"detokenize", "--tokenizer", m_project.checkpoint(), m_project.write("ids.jsonl", QString::fromUtf8(ids))});
    QVERIFY2(back.code == 0, back.err);
    QFile original(input);
    QVERIFY(original.open(QIODevice::ReadOnly));
    QCOMPARE(back.out, original.readAll());
    verifyRefused({"detokenize", "--tokenizer", m_project.checkpoint(), m_project.write("bad.jsonl", "[99999999]\n")},
                  "bad.jsonl:1");
    verifyRefused({"tokenize", "--tokenizer", m_project.checkpoint(), m_project.write("bad2.jsonl", "{\n")}, "bad2.jsonl:1");
}

void CliModelsTest::scoreAgreesWithItself()
{
    const QString text = m_project.write("text.txt", QStringLiteral("ba ba abc abd cde\n").repeated(20));
    const Ended ended = call({"score", "--model", m_project.runFolder, text, "--json"});
    QVERIFY2(ended.code == 0, ended.err);
    const QJsonObject score = jsonArray(ended)[0].toObject();
    QCOMPARE(score["bytes"].toInt(), int(QFileInfo(text).size()));
    QVERIFY(score["tokens"].toInt() > 0);
    const double nll = score["nll"].toDouble();
    QVERIFY(std::abs(score["bits_per_byte"].toDouble() - nll / std::log(2.0) / score["bytes"].toDouble()) < 1e-9);
    QVERIFY(std::abs(std::log(score["token_perplexity"].toDouble()) - nll / score["tokens"].toDouble()) < 1e-9);
    QVERIFY(std::abs(std::log(score["word_perplexity"].toDouble()) - nll / 100.0) < 1e-9);
    verifyRefused({"score", "--model", m_project.runFolder, text, "--window", "8", "--stride", "9"}, "--stride");
}

void CliModelsTest::logitsHaveEveryTensor()
{
    const QString ids = m_project.write("ids.json", R"({"input_ids": [[1, 2, 3], [5]]})");
    const QString out = m_project.path("logits.safetensors");
    const Ended ended = call({"logits", "--model", m_project.runFolder, "--ids", ids, "--out", out});
    QVERIFY2(ended.code == 0, ended.err);
    QFile file(out);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray bytes = file.readAll();
    const auto length = qsizetype(qFromLittleEndian<quint64>(bytes.constData()));
    const QJsonObject header = QJsonDocument::fromJson(bytes.mid(8, length)).object();
    const auto shape = [&](const char* name) { return header[QLatin1String(name)].toObject()["shape"].toArray(); };
    QCOMPARE(shape("logits.0"), (QJsonArray{3, 512}));
    QCOMPARE(shape("logits.1"), (QJsonArray{1, 512}));
    QCOMPARE(shape("router.0.1"), (QJsonArray{3, 3}));
    QCOMPARE(shape("experts.0.1"), (QJsonArray{3, 2}));
    QCOMPARE(header["experts.1.0"].toObject()["dtype"].toString(), QString("I64"));
    QCOMPARE(header["logits.0"].toObject()["dtype"].toString(), QString("F32"));
    verifyRefused({"logits", "--model", m_project.runFolder, "--ids", m_project.write("ids2.json", R"({"input_ids": [[512]]})"),
                   "--out", m_project.path("none.safetensors")},
                  "512");
    QVERIFY(!QFileInfo::exists(m_project.path("none.safetensors")));
}

void CliModelsTest::upcycledCopyHasTheSameLogits()
{
    const QString bases = m_project.path("cache/moebel/bases");
    const QStringList names = QDir(bases).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    QVERIFY(!names.isEmpty());
    const QString dense = bases + "/" + names.first();
    const QString out = m_project.path("expanded");
    const Ended ended =
        call({"upcycle", "--model", dense, "--experts", "3,2", "--top-k", "2", "--seed", "5", "--out", out, "--json"});
    QVERIFY2(ended.code == 0, ended.err);
    QVERIFY(ended.json()["largest_logit_difference"].toDouble() < 1e-5);
    QVERIFY(QFileInfo::exists(out + "/model.safetensors"));
    verifyRefused({"upcycle", "--model", dense, "--experts", "2", "--top-k", "2", "--seed", "5", "--out", out}, "exists");
    verifyRefused({"upcycle", "--model", dense, "--experts", "2", "--top-k", "3", "--seed", "5", "--out", m_project.path("no")},
                  "--top-k");
    verifyRefused(
        {"upcycle", "--model", dense, "--experts", "2,2,2", "--top-k", "2", "--seed", "5", "--out", m_project.path("no")},
        "layers");
    verifyRefused({"upcycle", "--model", out, "--experts", "2", "--top-k", "2", "--seed", "5", "--out", m_project.path("no")},
                  "dense");
    QVERIFY(!QFileInfo::exists(m_project.path("no")));
}

void CliModelsTest::routeSharesSumToTopK()
{
    const QString text = m_project.write("route.txt", QStringLiteral("ba ba abc abd cde\n").repeated(20));
    const Ended ended = call({"route", "--model", m_project.runFolder, "--language", "ba", text, "--json"});
    QVERIFY2(ended.code == 0, ended.err);
    const QJsonArray layers = ended.json()["layers"].toArray();
    QCOMPARE(layers.size(), 2);
    for (const QJsonValue& layer : layers) {
        double selected = 0, onTop = 0;
        for (const QJsonValue& expert : layer.toObject()["experts"].toArray()) {
            selected += expert.toObject()["selection_share"].toDouble();
            onTop += expert.toObject()["top1_share"].toDouble();
        }
        QVERIFY(std::abs(selected - 2) < 1e-9 && std::abs(onTop - 1) < 1e-9);
    }
}

void CliModelsTest::textTellsWhatThereIsAndWhatIsMissing()
{
    const QJsonArray prepared = call({"text", m_project.experiment, "--json"}).json()["languages"].toArray();
    QVERIFY(!prepared.isEmpty());
    for (const QJsonValue& language : prepared) {
        QVERIFY(language["documents"].toInt() > 0 && language["bytes"].toInt() > 0 && language["tokens"].toInt() > 0);
        QVERIFY(!language["sample"].toString().isEmpty() && language["problem"].toString().isEmpty());
    }
    // The rest of the description may still be wrong; a file that is not there is the language's own problem.
    m_project.write("en.txt", "One document.\n");
    const QString half = m_project.write("half.toml",
                                         "[languages]\n"
                                         "original = [\"en\"]\n"
                                         "expanded = [\"el\"]\n"
                                         "[data]\n"
                                         "source = \"text\"\n"
                                         "files = {en = \"en.txt\", el = \"no-such-file.txt\"}\n");
    const QJsonArray languages = call({"text", half, "--json"}).json()["languages"].toArray();
    QCOMPARE(languages.size(), 2);
    QCOMPARE(languages[0].toObject()["documents"].toInt(), 1);
    QCOMPARE(languages[0].toObject()["sample"].toString(), QString("One document."));
    QVERIFY(languages[0].toObject()["tokens"].isNull());
    QVERIFY(languages[1].toObject()["problem"].toString().contains("no-such-file.txt"));
    verifyRefused({"text", m_project.write("bad.toml", "[languages]\noriginal = [\"!\"]\nexpanded = [\"el\"]\n")},
                  "is not a language code");
}

void CliModelsTest::doctorNamesTheLinkedLibraries()
{
    const QJsonObject found = call({"doctor", "--json"}).json();
    QCOMPARE(found["sqlite"].toString(), QString(sqlite3_libversion()));
    QCOMPARE(found["libtorch"].toString(), QString("2.11.0"));
    QVERIFY(found["cores"].toInt() > 0 && found["memory_bytes"].toDouble() > 0);
    QVERIFY(call({"doctor"}).out.contains("SQLite"));
}

QTEST_GUILESS_MAIN(CliModelsTest)
#include "cli_models_test.moc"
