// LayerMoE from the command line: the verbs that stand alone, the preset that does all in one go.
#include <cmath>

#include "tests/support/tiny_project.h"

using namespace moebel;
using namespace moebel::test;

class CliMethodsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY2(m_project.makeRun(), m_project.run.err); }

    void similarityOfATextWithItselfIsTheSameInEveryColumn();
    void similarityRefusesWhatItCannotUse();
    void allocateFindsTheGoldenDelta();
    void aTotalThatIsJumpedOverIsAnswered();
    void allocateRefusesWhatItCannotUse();
    void everyRuleAndListGoesThroughAllocate_data();
    void everyRuleAndListGoesThroughAllocate();
    void aFloorIsTold();
    void similaritiesAreMeasuredOnce();
    void layerMoeDoesAllInOneGo();
    void aListOfExpertsBesideARuleIsRefused();
    void deviationOfADenseModelIsWhatSelectLayersReads();
    void deviationOfAnExperimentIsThatOfItsRun();
    void deviationRefusesWhatItCannotUse();
    void expertsNamesTheExpertThatKnowsATextBest();

private:
    /// A text of words that a made-up language may have.
    QString words(const QString& name, const QString& syllable) const { return m_project.write(name, (syllable + " bo ba " + syllable + syllable + " bi ").repeated(200)); }
    static QByteArray read(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    QString csv(const QString& text) const { return m_project.write("similarity.csv", text); }
    TinyProject m_project;
};

void CliMethodsTest::similarityOfATextWithItselfIsTheSameInEveryColumn()
{
    const QString one = m_project.write("one.txt", "ba bi bo ba bi bu\n"), two = m_project.write("two.txt", "na ne ni no nu\n");
    const QStringList question = {"similarity", "--model", m_project.runFolder, "--original", "en=" + one, "--new", "el=" + one, "hu=" + two, "--tokens", "10"};
    const Ended ended = call(question + QStringList{"--json"});
    QVERIFY2(ended.code == 0, ended.err);
    const QJsonObject found = ended.json();
    QCOMPARE(found["layers"].toArray().size(), 2);
    QCOMPARE(found["pairs"].toArray().size(), 2 * 6);
    QMap<QString, double> pairs;
    for (const QJsonValue& pair : found["pairs"].toArray())
        pairs[QString("%1 %2 %3").arg(pair["layer"].toInt()).arg(pair["language"].toString(), pair["other"].toString())] = pair["similarity"].toDouble();
    for (const QJsonValue& value : found["layers"].toArray()) {
        const QString layer = QString::number(value["layer"].toInt());
        const double newOriginal = (pairs[layer + " en el"] + pairs[layer + " en hu"]) / 2;
        QVERIFY(qAbs(value["new_original"].toDouble() - newOriginal) < 1e-12);
        QVERIFY(qAbs(value["new_new"].toDouble() - pairs[layer + " el hu"]) < 1e-12);
        QVERIFY(qAbs(value["mean"].toDouble() - (newOriginal + pairs[layer + " el hu"]) / 2) < 1e-12);
        QCOMPARE(pairs[layer + " en el"], pairs[layer + " en en"]);  // the same text
        QVERIFY(pairs[layer + " en en"] < 1 && pairs[layer + " en en"] > 0);
    }
    const Ended text = call(question);
    QVERIFY2(text.out.startsWith("layer,new_new,new_original,mean\n0,"), text.out);
    const Ended allocation = call({"allocate", "--similarity", csv(QString::fromUtf8(text.out)), "--delta", "3", "--floor", "0.001", "--json"});
    QVERIFY2(allocation.code == 0, allocation.err);
    QCOMPARE(allocation.json()["experts"].toArray().size(), 2);
}

void CliMethodsTest::similarityRefusesWhatItCannotUse()
{
    const QString one = m_project.write("one.txt", "ba bi bo\n"), empty = m_project.write("empty.txt", "");
    const QString model = m_project.runFolder;
    verifyRefused({"similarity", "--model", model, "--original", "en", "--new", "el=" + one}, "--original en: expected CODE=FILE");
    verifyRefused({"similarity", "--model", model, "--original", "en=" + one, "--new", "en=" + one}, "'en' is both original and new");
    verifyRefused({"similarity", "--model", model, "--original", "en=" + empty, "--new", "el=" + one}, "language 'en' has no text");
    verifyRefused({"similarity", "--model", model, "--original", "en=" + one, "--new", "el=nothing.txt"}, "nothing.txt");
}

void CliMethodsTest::allocateFindsTheGoldenDelta()
{
    const QString table = csv("layer,new_new,new_original\n0,.039067,.032811\n1,.1,.09\n2,.22,.19\n");
    const Ended ended = call({"allocate", "--similarity", table, "--total", "10", "--json"});
    QVERIFY2(ended.code == 0, ended.err);
    const QJsonObject found = ended.json();
    QVERIFY2(found["exact"].toBool(), ended.out);
    QCOMPARE(found["experts"].toArray(), (QJsonArray{6, 3, 1}));
    QCOMPARE(found["total"].toInt(), 10);
    QCOMPARE(found["new"].toInt(), 7);
    const Ended again = call({"allocate", "--similarity", table, "--delta", QString::number(found["delta"].toDouble(), 'g', 17), "--json"});
    QCOMPARE(again.json()["experts"].toArray(), found["experts"].toArray());
    QVERIFY2(call({"allocate", "--similarity", table, "--total", "10"}).out.startsWith("6,3,1\n10 experts, 7 of them new, delta "), "text");
}

void CliMethodsTest::aTotalThatIsJumpedOverIsAnswered()
{
    const QString table = csv("layer,mean\n0,.2\n1,.2\n2,.2\n3,.2\n");
    const Ended ended = call({"allocate", "--similarity", table, "--total", "10", "--json"});
    QVERIFY2(ended.code == 0, ended.err);
    QCOMPARE(ended.json()["exact"].toBool(), false);
    QCOMPARE(ended.json()["below"].toObject()["total"].toInt(), 8);
    QCOMPARE(ended.json()["above"].toObject()["experts"].toArray(), (QJsonArray{3, 3, 3, 3}));
}

void CliMethodsTest::allocateRefusesWhatItCannotUse()
{
    const QString table = csv("layer,mean\n0,.2\n1,-.01\n");
    verifyRefused({"allocate", "--similarity", table, "--total", "5"}, "layer 1: the mean similarity is -0.01");
    verifyRefused({"allocate", "--similarity", table}, "needs either --delta or --total");
    verifyRefused({"allocate", "--similarity", m_project.path("none.csv"), "--total", "5"}, "none.csv");
    verifyRefused({"allocate", "--similarity", csv("layer,mean\n0,.2\n1,.1\n"), "--total", "1"}, "less than one for each of the 2 layers");
    QCOMPARE(call({"allocate", "--similarity", table, "--total", "5", "--floor", "0.1", "--json"}).code, 0);
    verifyRefused({"allocate", "--rule", "uniform", "--total", "5"}, "--rule uniform needs --layers or --similarity");
    verifyRefused({"allocate", "--rule", "largest-remainder", "--layers", "3", "--total", "5"},
                  "needs the similarities of the layers (--similarity)");
    verifyRefused({"allocate", "--rule", "schedule", "--layers", "3"}, "needs --experts");
    verifyRefused({"allocate", "--list", "5,x"}, "--list: \"x\" is no list of experts");
    verifyRefused({"allocate", "--list", "5,4", "--present", "3"}, "--present has 1 layers, expected 2");
    verifyRefused({"allocate", "--rule", "by-luck", "--total", "5"}, "by-luck");
}

void CliMethodsTest::everyRuleAndListGoesThroughAllocate_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("uniform") << QStringList{"--rule", "uniform", "--layers", "4", "--total", "10"}
                             << QByteArray("2,3,2,3\n10 experts, 6 of them new\n");
    QTest::newRow("largest remainder") << QStringList{"--rule", "largest-remainder", "--similarity", "-", "--total", "8"}
                                       << QByteArray("4,2,2\n8 experts, 5 of them new\n");
    QTest::newRow("reverse") << QStringList{"--rule", "reverse-similarity", "--similarity", "-", "--total", "8"}
                             << QByteArray("2,3,3\n8 experts, 5 of them new\n");
    QTest::newRow("schedule") << QStringList{"--rule", "schedule", "--layers", "6", "--experts", "2,4,6,8"}
                              << QByteArray("2,2,4,6,6,8\n28 experts, 22 of them new\n");
    QTest::newRow("a list") << QStringList{"--list", "5,4,3"} << QByteArray("5,4,3\n12 experts, 9 of them new\n");
    QTest::newRow("JSON") << QStringList{"--list", "[5, 4, 3]"} << QByteArray("5,4,3\n12 experts, 9 of them new\n");
    QTest::newRow("what this verb prints, a second round")
        << QStringList{"--list", "{\"experts\": [3, 1, 2]}", "--present", "5,4,3"}
        << QByteArray("7,4,4\n15 experts, 3 of them new\n");
}

void CliMethodsTest::everyRuleAndListGoesThroughAllocate()
{
    QFETCH(QStringList, options);
    QFETCH(QByteArray, text);
    const Ended ended = call(QStringList{"allocate"} + options, "layer,mean\n0,.1\n1,.2\n2,.25\n");
    QVERIFY2(ended.code == 0, ended.err);
    QCOMPARE(ended.out, text);
}

void CliMethodsTest::aFloorIsTold()
{
    const Ended ended = call(
        {"allocate", "--similarity", csv("layer,mean\n0,.2\n1,-.01\n2,.005\n"), "--total", "5", "--floor", "0.1", "--json"});
    QVERIFY2(ended.code == 0 && ended.err.contains("the similarity of layers 1,2 was raised to the floor of 0.1"), ended.err);
    QVERIFY(ended.json()["reason"].toString().contains("floor"));
}

void CliMethodsTest::similaritiesAreMeasuredOnce()
{
    const QString folder = m_project.path("cache/moebel/similarities");
    const QString greek = m_project.write("\u03b5\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac \u043f\u0440\u0438.txt",
                                          words("w.txt", "\u03b5\u03bb")),
                  other = words("other.txt", "na");
    const auto ask = [&](const QString& tokens) {
        return call({"similarity", "--model", m_project.runFolder, "--original", "en=" + other, "--new", "el=" + greek,
                     "--tokens", tokens});
    };
    const Ended first = ask("300"), again = ask("300");
    QVERIFY2(first.code == 0 && !first.out.isEmpty(), first.err);
    QCOMPARE(again.out, first.out);
    const QStringList entries = QDir(folder).entryList({"*.json"}, QDir::Files);
    QCOMPARE(ask("200").code, 0);
    QCOMPARE(QDir(folder).entryList({"*.json"}, QDir::Files).size(), entries.size() + 1);   // of other tokens
    for (const QString& entry : entries) QVERIFY(QFile::resize(folder + '/' + entry, 10));  // a cut entry is measured anew
    QCOMPARE(ask("300").out, first.out);
}

void CliMethodsTest::layerMoeDoesAllInOneGo()
{
    const Ended ended = call({"run", m_project.experiment, "--threads", "1", "--name", "layer-moe", "--set", "expansion.rule=largest-remainder",
                              "--set", "expansion.total=5", "--set", "expansion.similarity_tokens=500", "--set", "expansion.similarity_floor=0.01",
                              "--set", "expansion.classifier_count=1", "--set", "expansion.classifier_scope=sequence",
                              "--set", "stage.1.classifier_weight=0.1"});
    QVERIFY2(ended.code == 0, ended.err);
    QVERIFY2(ended.err.contains("language classifiers in layers") && ended.err.contains("not strictly causal"), ended.err);
    const QString folder = QString::fromUtf8(lastLine(ended.out));
    const QJsonObject shown = call({"show", folder, "--json"}).json();
    const QJsonObject allocation = shown["allocation"].toObject();
    const QJsonArray experts = allocation["experts"].toArray();
    QCOMPARE(experts[0].toInt() + experts[1].toInt(), 5);
    QCOMPARE(allocation["rule"].toString(), "largest-remainder");
    QCOMPARE(allocation["similarity"].toArray().size(), 2);
    QCOMPARE(allocation["classifier_layers"].toArray().size(), 1);
    QCOMPARE(shown["stages"].toArray()[1].toObject()["experts"].toArray(), experts);
    QVERIFY(shown["memory"].toObject()["peak_bytes"].toInteger() > 0);
    QVERIFY(QFileInfo::exists(folder + "/allocation.json"));
    const Ended score = call({"score", "--model", folder, m_project.write("one.txt", "ba bi bo\n")});
    QVERIFY2(score.code == 0 && score.err.contains("not strictly causal"), score.err);
    QCOMPARE(jsonArray(call({"score", "--model", folder, m_project.path("one.txt"), "--json"}))[0].toObject()["causal"],
             QJsonValue(false));
    QVERIFY(!shown["causal"].toBool(true));
    const QByteArray told = call({"show", folder}).out;
    QVERIFY2(told.contains("not strictly causal") && told.contains("mean similarity") &&
                 told.contains("Trained experts: copy; frozen: original."),
             told);
    const Ended exported = call({"export", folder, "--out", m_project.path("exported")});
    QVERIFY2(exported.code == 0, exported.err);
    const QJsonObject config = QJsonDocument::fromJson(read(m_project.path("exported/config.json"))).object();
    QCOMPARE(config["language_classifier_scope"].toString(), "sequence");
    QVERIFY(read(m_project.path("exported/modeling_moebel.py")).contains("language_classifier"));
    QVERIFY(read(m_project.path("exported/README.md")).contains("Language classifiers of scope `sequence`"));
    const Ended scored = call({"score", "--model", m_project.path("exported"), m_project.path("one.txt"), "--json"});
    QCOMPARE(jsonArray(scored)[0].toObject()["nll"],
             jsonArray(call({"score", "--model", folder, m_project.path("one.txt"), "--json"}))[0].toObject()["nll"]);
    const QString report = m_project.path("report.md");
    QVERIFY(call({"report", folder, "--out", report}).code == 0);
    for (const char* words : {"## Experts of each layer", "## Accuracy of the language classifiers", "send past the router",
                              "| language classifiers |", "not strictly causal"})
        QVERIFY2(read(report).contains(words), words);
    const Ended inspected = call({"inspect", folder, "--tensors"});
    QVERIFY2(inspected.out.contains("language_classifier.weight") && !inspected.out.contains("Problems"), inspected.out);
}

void CliMethodsTest::aListOfExpertsBesideARuleIsRefused()
{
    verifyRefused({"plan", m_project.experiment, "--set", "expansion.rule=by-similarity", "--set", "expansion.experts=[3, 2]"}, "but experts lists them");
    verifyRefused({"plan", m_project.experiment, "--set", "expansion.rule=uniform", "--set", "expansion.total=2"},
                  "layers counts one expert that is there, so that none would be added");
    verifyRefused({"plan", m_project.experiment, "--set", "expansion.total=9"}, "takes the experts as they are given");
    verifyRefused({"plan", m_project.experiment, "--set", "expansion.classifier_count=1"}, "no stage trains them");
    verifyRefused({"plan", m_project.experiment, "--set", "stage.1.classifier_weight=0.1"}, "no layer has one");
    verifyRefused({"plan", m_project.experiment, "--set", "expansion.classifier_layers=[7]", "--set", "stage.1.classifier_weight=0.1"}, "names layer 7, the base has layers 0 to 1");
}

void CliMethodsTest::deviationOfADenseModelIsWhatSelectLayersReads()
{
    const QString dense = m_project.write("project/dense.toml", kTiny.left(kTiny.indexOf("[expansion]")) +
        "[expansion]\nexperts = 1\ntop_k = 1\n[[stage]]\nkind = \"post-pretraining\"\ntokens = 640\nsequence_length = 32\ntrainable = \"all\"\n"
        "[evaluation]\nevery_steps = 0\nheldout_bytes = 2_000\n");
    const Ended run = call({"run", dense, "--threads", "1"});
    QVERIFY2(run.code == 0, run.err);
    const QString model = QString::fromUtf8(lastLine(run.out)), out = m_project.path("deviation.json");
    const QStringList question = {"deviation", "--model", model, "--data", "aa=" + words("one.txt", "na"), "ab=" + words("two.txt", "re"),
                                  "--batch", "2", "--length", "16", "--similarity-layers", "1", "--threads", "1"};
    const QStringList three = question + QStringList{"--steps", "3"};
    const Ended ended = call(three + QStringList{"--json", "--out", out});
    QVERIFY2(ended.code == 0, ended.err);
    const QJsonObject found = ended.json();
    QCOMPARE(found["aa"].toObject()["delta_norm_ffn"].toArray().size(), 2);
    QCOMPARE(found["similarity"].toObject()["matrix"].toArray().size(), 2);
    QCOMPARE(found["similarity"].toObject()["steps"].toInt(), 3);
    QCOMPARE(QByteArray::fromStdString(*readFile(out.toStdString())), ended.out);
    QCOMPARE(call(three + QStringList{"--json"}).out, ended.out);  // bit for bit
    const Ended layers = call({"select-layers", "--deviation", out, "--epsilon", "1", "--json"});
    QVERIFY2(layers.code == 0, layers.err);
    QCOMPARE(layers.json()["layers"].toArray().size(), 1);
    const Ended rounded = call(three + QStringList{"--weights", "bfloat16", "--learning-rate", "1e-5"});
    QVERIFY2(rounded.code == 0 && rounded.err.contains("warning: the probe rounded its weights to bfloat16"), rounded.err);
    QVERIFY2(rounded.out.startsWith("feed-forward norms  layer 0  layer 1\naa "), rounded.out);
    verifyRefused(question + QStringList{"--steps", "10000"}, "language 'aa' has text for ");
    verifyRefused({"experts", "--model", model, "--text", words("one.txt", "na")}, "has no layer with several experts");
}

// The probe of a description, which its run then takes from the cache.
void CliMethodsTest::deviationOfAnExperimentIsThatOfItsRun()
{
    QString text = kTiny;
    text.replace("expanded = [\"ba\"]", "expanded = [\"ba\", \"ca\"]");
    text = text.left(text.indexOf("[expansion]")) + "[deviation]\nsteps = 2\nbatch_sequences = 2\nsequence_length = 16\n[groups]\ncount = 2\n"
        "[expansion]\nrule = \"by-deviation\"\n[[stage]]\nkind = \"joint\"\ntokens = 128\nsequence_length = 32\n[evaluation]\nevery_steps = 0\nheldout_bytes = 2_000\n";
    const QString experiment = m_project.write("probed/experiment.toml", text), out = m_project.path("probed.json");
    const Ended probed = call({"deviation", experiment, "--threads", "1", "--json", "--out", out});
    QVERIFY2(probed.code == 0, probed.err);
    QVERIFY2(probed.json().contains("ba") && probed.json().contains("ca") && !probed.json().contains("aa"), probed.out);
    QVERIFY(!QFileInfo::exists(m_project.path("probed/runs")));
    const Ended run = call({"run", experiment, "--threads", "1"});
    QVERIFY2(run.code == 0, run.err);
    QCOMPARE(*readFile(QString::fromUtf8(lastLine(run.out)).toStdString() + "/deviation.json"), *readFile(out.toStdString()));
    QVERIFY2(run.err.contains("groups: ba | ca\n"), run.err);
    const Ended more = call({"deviation", experiment, "--threads", "1", "--json", "--set", "deviation.steps=3"});
    QCOMPARE(more.json()["similarity"].toObject()["steps"].toInt(), 3);
    verifyRefused({"deviation", experiment, "--set", "deviation.steps=10000"}, "language 'ba' has text for ");
    verifyRefused({"deviation", experiment, "--steps", "3"}, "--steps requires --model");
    verifyRefused({"deviation"}, "needs an experiment file, or a model");
}

void CliMethodsTest::deviationRefusesWhatItCannotUse()
{
    const QString one = words("one.txt", "na");
    verifyRefused({"deviation", "--model", m_project.runFolder, "--data", "aa=" + one, "--length", "16"}, "needs a dense model, and layer 0 has several experts");
    verifyRefused({"deviation", "--model", m_project.runFolder, "--data", "aa"}, "--data aa: expected CODE=FILE");
    verifyRefused({"deviation", "--model", m_project.runFolder, "--data", "aa=" + one, "--micro-batch", "3"}, "is not a multiple of micro_batch_sequences");
}

// Hard routing: the text with the lowest perplexity is the nearest expert's, and each differs from what the routers choose.
void CliMethodsTest::expertsNamesTheExpertThatKnowsATextBest()
{
    const QStringList question = {"experts", "--model", m_project.runFolder, "--text", words("one.txt", "na"), "--threads", "1"};
    const Ended ended = call(question + QStringList{"--json"});
    QVERIFY2(ended.code == 0, ended.err);
    const QJsonArray experts = ended.json()["experts"].toArray();
    QCOMPARE(experts.size(), 3);
    const int nearest = ended.json()["nearest"].toInt();
    for (const QJsonValue& expert : experts) {
        QVERIFY(expert["nll"].toDouble() >= experts[nearest].toObject()["nll"].toDouble());
        QVERIFY(qAbs(std::exp(expert["nll"].toDouble() / expert["tokens"].toDouble()) / expert["token_perplexity"].toDouble() - 1) < 1e-9);
        QVERIFY(expert["nll"].toDouble() != ended.json()["routed"].toObject()["nll"].toDouble());
    }
    const Ended text = call(question);
    QVERIFY2(text.out.contains(QByteArray::number(nearest) + " (nearest)") && text.out.contains("by the routers"), text.out);
    verifyRefused({"experts", "--model", m_project.runFolder, "--text", m_project.write("empty.txt", "")}, "the file is empty");
}

QTEST_GUILESS_MAIN(CliMethodsTest)
#include "cli_methods_test.moc"
