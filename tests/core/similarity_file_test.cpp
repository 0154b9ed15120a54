// Files that `moebel similarity` has printed, read back.
#include "moebel/analysis/similarity_file.h"

#include <QtTest>
#include <cmath>

using namespace moebel;

namespace
{

const std::string kJson = R"({"layers": [
  {"layer": 0, "new_new": 0.25, "new_original": 0.125, "mean": 0.1875},
  {"layer": 1, "new_new": null, "new_original": 0.5, "mean": 0.5}],
 "pairs": [{"layer": 0, "language": "en", "other": "el", "similarity": 0.125},
           {"layer": 1, "language": "el", "other": "en", "similarity": 0.5}],
 "tokens": {"en": 100, "el": 100}})";

}  // namespace

class SimilarityFileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void jsonHoldsMeansAndPairs()
    {
        const auto read = parseSimilarity(kJson, "s.json");
        QVERIFY2(read.ok(), read.ok() ? "" : read.error().message.c_str());
        QCOMPARE(read->layers.size(), std::size_t(2));
        QVERIFY((read->layers[0] == LayerSimilarity{0.25, 0.125, 0.1875}));
        QVERIFY(std::isnan(read->layers[1].newNew));
        QCOMPARE(read->pairs.languages(), (std::vector<std::string>{"en", "el"}));
        QCOMPARE(read->pairs.at(0, 1, 0), 0.125);
        QCOMPARE(read->pairs.at(1, 0, 1), 0.5);
        QVERIFY(std::isnan(read->pairs.at(0, 0, 0)));  // not told
    }

    void csvHoldsTheMeansAlone()
    {
        const auto read = parseSimilarity("layer,new_new,new_original,mean\n0,0.25,0.125,0.1875\n", "s.csv");
        QVERIFY(read.ok());
        QCOMPARE(read->layers.size(), std::size_t(1));
        QCOMPARE(read->pairs.layers(), std::int64_t(0));
    }

    void aFileThatIsNoSimilarityIsOneSentence_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("says");
        QTest::newRow("another object") << QByteArray(R"({"experts": [3, 2]})") << "there is no list \"layers\"";
        QTest::newRow("a gap") << QByteArray(R"({"layers": [{"layer": 1, "new_original": 1, "mean": 1}]})") << "is not layer 0";
        QTest::newRow("no number") << QByteArray(R"({"layers": [{"layer": 0, "new_original": "x", "mean": 1}]})")
                                   << "new_original";
        QTest::newRow("a pair of no layer") << QByteArray(R"({"layers": [{"layer": 0, "new_original": 1, "mean": 1}],
                             "pairs": [{"layer": 7, "language": "en", "other": "el", "similarity": 1}]})")
                                            << "one of the 1 layers";
        QTest::newRow("a pair without a name")
            << QByteArray(R"({"layers": [{"layer": 0, "new_original": 1, "mean": 1}], "pairs": [{"layer": 0}]})")
            << "\"language\"";
        QTest::newRow("pairs that are no list")
            << QByteArray(R"({"layers": [{"layer": 0, "new_original": 1, "mean": 1}], "pairs": 3})") << "no list";
        QTest::newRow("half") << QByteArray("{\"layers\": [") << "no JSON";
        QTest::newRow("empty") << QByteArray() << "s.json";
    }

    void aFileThatIsNoSimilarityIsOneSentence()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, says);
        const auto read = parseSimilarity(text.toStdString(), "s.json");
        QVERIFY(!read.ok());
        const QString message = QString::fromStdString(read.error().message);
        QVERIFY2(message.startsWith("s.json") && message.contains(says), qPrintable(message));
        QCOMPARE(exitCode(read.error().kind), 2);
    }
};

QTEST_GUILESS_MAIN(SimilarityFileTest)
#include "similarity_file_test.moc"
