// DMoE's two choices from the command line: layers from deviations, groups from similarities, and what is refused.
#include "tests/support/tiny_project.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

const QString kPublished = QStringLiteral(MOEBEL_SOURCE_DIR "/tests/golden/dmoe/");

QJsonArray codes(const QString& words) { return QJsonArray::fromStringList(words.split(' ')); }

QJsonObject readJson(const QString& file)
{
    return QJsonDocument::fromJson(QByteArray::fromStdString(*readFile(file.toStdString()))).object();
}

}  // namespace

class CliGroupsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void publishedDeviationsGiveTheirMask();
    void masksAndLayersLeadToEachOther();
    void deviationsThatAreAllEqualAreSaidToBeSo();
    void selectLayersRefusesWhatItCannotUse();
    void publishedMatricesGiveTheirGroups();
    void aProbesFileHasTheSimilarityInIt();
    void everyAlgorithmHasItsWord();
    void theMapIsWrittenAndComparedWith();
    void groupRefusesWhatItCannotUse();
    void aRefusedGroupingLeavesNoMap();
    void aFinishedRunOfGroupsIsAdaptedToANewLanguage();

private:
    QString file(const QString& name, const QString& text) const { return m_project.write(name, text); }
    QString csv(const QString& text) const { return m_project.write("similarity.csv", text); }
    TinyProject m_project;
};

void CliGroupsTest::publishedDeviationsGiveTheirMask()
{
    const QStringList question = {"select-layers", "--deviation", kPublished + "delta_stat_bloom-560m.json", "--epsilon",
                                  "0.6"};
    const Ended ended = call(question + QStringList{"--json"});
    QVERIFY2(ended.code == 0, ended.err);
    const QJsonObject found = ended.json();
    QCOMPARE(found["layers"].toArray(), (QJsonArray{0, 1, 2, 3, 4, 20, 21, 22, 23}));
    QCOMPARE(found["mask"].toInteger(), 15728671);
    QCOMPARE(found["normalised"].toArray().size(), 24);
    QCOMPARE(found["normalised"].toArray()[22].toDouble(), 1.0);
    QCOMPARE(found["languages"].toArray().size(), 18);
    const Ended text = call(question);
    QVERIFY2(text.out.startsWith("layer  mean deviation  normalised\n0            0.063123       0.768    MoE\n"), text.out);
    QCOMPARE(lastLine(text.out), QByteArray("layers 0,1,2,3,4,20,21,22,23: 9 of 24, mask 15728671"));
    QCOMPARE(
        call({"select-layers", "--deviation", kPublished + "delta_stat_qwen2.5-1.5B.json", "--json"}).json()["mask"].toInt(),
        7);
}

void CliGroupsTest::masksAndLayersLeadToEachOther()
{
    const QJsonObject found = call({"select-layers", "--mask", "16252943", "--json"}).json();
    QCOMPARE(found["layers"].toArray(), (QJsonArray{0, 1, 2, 3, 19, 20, 21, 22, 23}));
    QCOMPARE(found["mask"].toInt(), 16252943);
    QCOMPARE(call({"select-layers", "--mask", "7"}).out, QByteArray("layers 0,1,2\n"));
    // 70 layers, of which the first and the last deviate: the mask is more than a JSON number holds.
    QStringList norms(70, "1");
    norms.front() = norms.back() = "2";
    const QString deep = file("deep.json", "{\"el\": {\"delta_norm_ffn\": [" + norms.join(',') + "]}}");
    const QJsonObject many = call({"select-layers", "--deviation", deep, "--epsilon", "0.5", "--json"}).json();
    QCOMPARE(many["layers"].toArray(), (QJsonArray{0, 69}));
    QCOMPARE(many["mask"].toString(), QString("590295810358705651713"));
    QCOMPARE(call({"select-layers", "--mask", many["mask"].toString(), "--json"}).json()["layers"].toArray(),
             (QJsonArray{0, 69}));
}

void CliGroupsTest::deviationsThatAreAllEqualAreSaidToBeSo()
{
    const QString flat = file("flat.json", "{\"el\": {\"delta_norm_ffn\": [1, 3]}, \"hu\": {\"delta_norm_ffn\": [3, 1]}}");
    const Ended ended = call({"select-layers", "--deviation", flat, "--json"});
    QCOMPARE(ended.code, 0);
    QVERIFY2(ended.err.contains("none stands out"), ended.err);
    QCOMPARE(ended.json()["normalised"].toArray(), (QJsonArray{0, 0}));
    QCOMPARE(ended.json()["layers"].toArray(), QJsonArray());
    QVERIFY2(call({"select-layers", "--deviation", flat}).out.endsWith("layers none: 0 of 2, mask 0\n"), "text");
}

void CliGroupsTest::selectLayersRefusesWhatItCannotUse()
{
    const QString good = file("d.json", "{\"el\": {\"delta_norm_ffn\": [1, 2]}}");
    verifyRefused({"select-layers"}, "needs either --deviation, with --epsilon, or --mask alone");
    verifyRefused({"select-layers", "--mask", "7", "--epsilon", "0.5"},
                  "needs either --deviation, with --epsilon, or --mask alone");
    verifyRefused({"select-layers", "--mask", "seven"}, "--mask: \"seven\" is no mask of layers; expected a decimal number");
    verifyRefused({"select-layers", "--deviation", m_project.path("none.json"), "--epsilon", "0.5"},
                  "none.json does not exist");
    for (const char* epsilon : {"1.5", "nan"})
        verifyRefused({"select-layers", "--deviation", good, "--epsilon=" + QString(epsilon)},
                      "--epsilon is no threshold of normalised deviations");
    verifyRefused({"select-layers", "--deviation", file("d1.json", "{\"el\": {\"delta_norm_ffn\": [1, NaN]}}")},
                  "d1.json:1: this is no JSON");
}

void CliGroupsTest::publishedMatricesGiveTheirGroups()
{
    const Ended six = call({"group", "--similarity", kPublished + "similarity_bloom-1.7b.csv", "--groups", "6", "--json"});
    QVERIFY2(six.code == 0, six.err);
    QCOMPARE(six.json()["groups"].toArray(), (QJsonArray{codes("fr id vi"), codes("hi ta te"), codes("ar bn ur"),
                                                         codes("de it nl"), codes("ja ko zh"), codes("ru th uk")}));
    QCOMPARE(six.json()["algorithm"].toString(), QString("exact"));
    const Ended two = call(
        {"group", "--similarity", kPublished + "similarity_bloom-560m.csv", "--groups", "2", "--algorithm", "exact", "--json"});
    QCOMPARE(two.json()["smallest_similarity"].toArray(), (QJsonArray{0.03, 0.0}));
    const Ended nine = call({"group", "--similarity", kPublished + "similarity_bloom-560m.csv", "--groups", "9"});
    QVERIFY2(nine.out.startsWith("group  languages  smallest similarity   mean\n"
                                 "G0     ru uk                    0.300  0.300\n"
                                 "G1     ta te                    0.190  0.190\n"),
             nine.out);
}

void CliGroupsTest::aProbesFileHasTheSimilarityInIt()
{
    const QString matrix = "[[1, 0.1, 0.5], [0.1, 1, 0.2], [0.5, 0.2, 1]]";
    const QString norms = "{\"delta_norm_ffn\": [1, 2]}", languages = "\"ar\": " + norms + ", \"bn\": " + norms + ", \"de\": " + norms;
    const QString probed = file("probed.json", "{" + languages + ", \"similarity\": {\"languages\": [\"ar\", \"bn\", \"de\"], \"matrix\": " + matrix +
                                                   ", \"layers\": 1, \"with_gate\": true, \"steps\": 10}}");
    const Ended ended = call({"group", "--deviation", probed, "--groups", "2", "--json"});
    QVERIFY2(ended.code == 0, ended.err);
    QCOMPARE(ended.json()["groups"].toArray(), (QJsonArray{codes("ar de"), codes("bn")}));
    verifyRefused({"group", "--deviation", file("norms.json", "{" + languages + "}"), "--groups", "2"}, "no \"similarity\" between them");
    verifyRefused({"group", "--groups", "2"}, "--similarity");
    verifyRefused({"group", "--deviation", probed, "--similarity", probed, "--groups", "2"}, "--similarity");
}

void CliGroupsTest::everyAlgorithmHasItsWord()
{
    const QString table =
        csv("\uFEFF\"language\",\"es\", pt ,ru,uk\r\nes,1,,,\r\npt,.5,1,,\r\nru,.1,.1,1,\r\nuk,.1,.1,.6,1\r\n");
    const auto groups = [&](const QStringList& options) {
        const Ended ended = call(QStringList{"group", "--similarity", table, "--json"} + options);
        return ended.code == 0 ? ended.json()["groups"].toArray() : QJsonArray{QString::fromUtf8(ended.err)};
    };
    const QJsonArray families = {codes("es pt"), codes("ru uk")}, tightestFirst = {codes("ru uk"), codes("es pt")};
    QCOMPARE(groups({"--groups", "2"}), tightestFirst);
    QCOMPARE(groups({"--groups", "2", "--algorithm", "growth"}), tightestFirst);
    QCOMPARE(groups({"--algorithm", "family"}), families);
    QCOMPARE(groups({"--algorithm", "script"}), families);
    QSet<QByteArray> drawn;
    for (int seed = 1; seed <= 4; ++seed) {
        const QJsonArray some = groups({"--groups", "2", "--algorithm", "random", "--seed", QString::number(seed)});
        QCOMPARE(some.size(), 2);
        QCOMPARE(groups({"--groups", "2", "--algorithm", "random", "--seed", QString::number(seed)}), some);
        drawn.insert(QJsonDocument(some).toJson());
    }
    QVERIFY(drawn.size() > 1);
    const QJsonObject alone = call({"group", "--similarity", table, "--groups", "3", "--json"}).json();
    QCOMPARE(alone["groups"].toArray(), (QJsonArray{codes("ru uk"), codes("es"), codes("pt")}));
    QCOMPARE(alone["smallest_similarity"].toArray(), (QJsonArray{0.6, QJsonValue(), QJsonValue()}));
}

void CliGroupsTest::theMapIsWrittenAndComparedWith()
{
    const QString map = m_project.path("map.json");
    const Ended written =
        call({"group", "--similarity", kPublished + "similarity_bloom-560m.csv", "--groups", "6", "--map-out", map, "--json"});
    QVERIFY2(written.code == 0, written.err);
    QCOMPARE(readJson(map), readJson(kPublished + "expert_map_18langs_6groups.json"));
    const Ended same =
        call({"group", "--similarity", kPublished + "similarity_bloom-1.7b.csv", "--groups", "6", "--compare", map, "--json"});
    QCOMPARE(same.json()["compare"].toObject()["adjusted_rand"].toDouble(), 1.0);
    QCOMPARE(same.json()["compare"].toObject()["moved"].toArray(), QJsonArray());
    const QString before = file("before.json", "{\"es\": 0, \"pt\": 0, \"ru\": 0, \"uk\": 1, \"el\": 1}");
    const QStringList question = {
        "group", "--similarity", csv("es,pt,ru,uk\n1\n.5,1\n.1,.1,1\n.1,.1,.6,1\n"), "--groups", "2", "--compare", before};
    const QJsonObject change = call(question + QStringList{"--json"}).json()["compare"].toObject();
    QCOMPARE(change["adjusted_rand"].toDouble(), 0.0);  // one pair together of 3 and 2, of 6: as many as chance gives
    QCOMPARE(change["counterparts"].toArray(), (QJsonArray{1, 0}));
    QCOMPARE(change["moved"].toArray(), (QJsonArray{QJsonObject{{"language", "ru"}, {"from", 0}, {"to", 0}}}));
    QCOMPARE(change["left"].toArray(), QJsonArray{"el"});
    const Ended text = call(question);
    QVERIFY2(
        text.out.endsWith(
            "adjusted Rand index 0.000, 1 moved\n  ru: was in the map's G0, is in G0 (the map's G1)\n  only in the map: el\n"),
        text.out);
}

void CliGroupsTest::groupRefusesWhatItCannotUse()
{
    const auto refused = [&](const QString& text, const QByteArray& sentence, const QString& groups = "2") {
        verifyRefused({"group", "--similarity", csv(text), "--groups", groups}, sentence);
    };
    refused("ar,bn\n1\n.1,1\n.1,.2,1\n",
            "similarity.csv: the header names 2 languages and 3 rows follow it; expected one row a language");
    refused("ar,bn\n1,.3\n.1,1\n",
            "similarity.csv: 'bn' and 'ar' have the similarity 0.1 in the row of 'bn' and 0.3 in that of 'ar'");
    refused(",ar,bn\nar,1,\nxx,.1,1\n", "similarity.csv:3: the row begins with 'xx', which the header does not name");
    refused("ar,ar\n1\n.1,1\n", "similarity.csv:1: the header names 'ar' twice");
    refused("ar,bn\n1\nNaN,1\n", "similarity.csv:3: the similarity of 'bn' and 'ar' is \"NaN\"; expected a finite number");
    refused("ar,bn\n1\n,1\n", "similarity.csv: the similarity of 'bn' and 'ar' is not given");
    refused("ar,bn\n1\n.1,1\n",
            "similarity.csv: 3 groups were asked for and there are 2 languages; expected a number from 1 to 2", "3");
    refused("ar,bn\n1\n.1,1\n", "similarity.csv: 0 groups were asked for and there are 2 languages", "0");
    const QString table = csv("ar,bn\n1\n.1,1\n");
    verifyRefused({"group", "--similarity", table}, "needs --groups, the number of groups, for the algorithm exact");
    verifyRefused({"group", "--similarity", m_project.path("none.csv"), "--groups", "2"}, "none.csv does not exist");
    verifyRefused({"group", "--similarity", table, "--groups", "2", "--algorithm", "manual"}, "--algorithm");
    verifyRefused({"group", "--similarity", table, "--groups", "2", "--algorithm", "family"}, "leave out --groups");
    verifyRefused({"group", "--similarity", table, "--groups", "2", "--seed", "3"}, "only the algorithm random takes a --seed");
    verifyRefused({"group", "--similarity", table, "--groups", "2", "--compare", file("bad.json", "{\"ar\": 0, \"bn\": 5}")},
                  "bad.json: the group of 'bn' is 5");
    verifyRefused({"group", "--similarity", table, "--groups", "2", "--compare", file("other.json", "{\"el\": 0, \"hu\": 0}")},
                  "fewer than two of its languages are in the matrix");
}

void CliGroupsTest::aRefusedGroupingLeavesNoMap()
{
    const QString map = m_project.path("left.json"), table = csv("ar,bn\n1\n.1,1\n");
    verifyRefused({"group", "--similarity", table, "--groups", "3", "--map-out", map}, "3 groups were asked for");
    verifyRefused({"group", "--similarity", table, "--groups", "2", "--map-out", map, "--compare", m_project.path("none.json")},
                  "none.json");
    QVERIFY(!QFileInfo::exists(map));
    const Ended nowhere =
        call({"group", "--similarity", table, "--groups", "2", "--map-out", m_project.path("no/folder.json")});
    QVERIFY2(nowhere.code != 0 && nowhere.out.isEmpty() && nowhere.err.contains("no/folder.json"), nowhere.err);
}

// DMoE end to end at the size of a test: groups, then a language that comes later.
void CliGroupsTest::aFinishedRunOfGroupsIsAdaptedToANewLanguage()
{
    QString text = kTiny;
    text.replace("expanded = [\"ba\"]", "expanded = [\"ba\", \"ca\"]");
    text.replace("[expansion]\n", "[groups]\nalgorithm = \"manual\"\nmembers = [\"ba\", \"ca\"]\n[expansion]\nrule = \"layers\"\nlayers = [1]\n");
    text = text.left(text.indexOf("[[stage]]"));
    const QString stage = "tokens = 1024\nbatch_sequences = 4\nmicro_batch_sequences = 2\nsequence_length = 32\nrouter_weight = 1.28\n";
    m_project.write("project/map.json", "{\"ba\": 0, \"ca\": 1}");
    QString mapped = text;
    mapped.replace("members = [\"ba\", \"ca\"]", "map = \"map.json\"");
    const QString grouped = m_project.write("project/groups.toml", mapped + "[[stage]]\nkind = \"group-warmup\"\n" + stage);
    const Ended first = call({"run", grouped, "--threads", "1", "--name", "groups"});
    QVERIFY2(first.code == 0, first.err);
    const QJsonObject before = call({"show", QString::fromUtf8(lastLine(first.out)), "--json"}).json()["groups"].toObject();
    QCOMPARE(before["languages"].toArray(), (QJsonArray{codes("ba"), codes("ca")}));
    QCOMPARE(before["bits_per_byte"].toArray().size(), 2);
    QVERIFY(!before.contains("adaptation"));

    QString later = text;
    later.replace("expanded = [\"ba\", \"ca\"]", "expanded = [\"ba\", \"ca\", \"cb\"]");
    later.replace("members = [\"ba\", \"ca\"]", "members = [\"cb\"]");
    later.replace("rule = \"layers\"\nlayers = [1]\n", "rule = \"nearest-expert\"\n");
    later.replace("[groups]", "kind = \"run\"\npath = \"groups\"\n[groups]");
    const QString adaptation = m_project.write("project/later.toml", later + "[[stage]]\nkind = \"adaptation\"\n" + stage);
    QCOMPARE(call({"plan", adaptation, "--json"}).json()["experts"].toArray(), (QJsonArray{1, 3}));
    const Ended second = call({"run", adaptation, "--threads", "1", "--name", "later"});
    QVERIFY2(second.code == 0, second.err);
    const QString folder = QString::fromUtf8(lastLine(second.out));
    const QJsonObject after = call({"show", folder, "--json"}).json()["groups"].toObject();
    QCOMPARE(after["languages"].toArray(), (QJsonArray{codes("ba"), codes("ca"), codes("cb")}));
    QCOMPARE(after["bits_per_byte"].toArray().size(), 6);
    const QJsonObject added = after["adaptation"].toArray().first().toObject();
    QCOMPARE(added["expert"].toInt(), 2);
    QCOMPARE(added["experts"].toArray().size(), 2);
    QHash<QString, QList<double>> values;
    for (const QJsonValue& score : after["bits_per_byte"].toArray()) values[score["language"].toString()].append(score["value"].toDouble());
    QCOMPARE(values["ba"].first(), values["ba"].last());
    QVERIFY(values["cb"].last() < values["cb"].first());
    const QByteArray told = call({"show", folder}).out;
    QVERIFY2(told.contains("by group") && told.contains("copy of"), told);
    QVERIFY2(told.contains("In the layers with experts expert 2 is a copy of expert " + QByteArray::number(added["nearest"].toInt()) + " of the base run."), told);
    const QString report = m_project.path("later.md");
    QCOMPARE(call({"report", folder, "--out", report}).code, 0);
    const QByteArray page = QByteArray::fromStdString(*readFile(report.toStdString()));
    for (const char* title : {"Bits per byte by group", "Groups of languages", "What the experts of the base run know of the new languages"})
        QVERIFY2(page.contains(title), page);

    const QString dense = m_project.write("project/wrong.toml", QString(later).replace("path = \"groups\"", "path = \"nothing\"") + "[[stage]]\nkind = \"adaptation\"\n" + stage);
    const Ended refused = call({"run", dense, "--threads", "1"});
    QCOMPARE(refused.code, 2);
    QVERIFY2(refused.err.contains("base.path"), refused.err);
}

QTEST_GUILESS_MAIN(CliGroupsTest)
#include "cli_groups_test.moc"
