// The table of similarities: means of the groups, and the CSV that programs exchange.
#include "moebel/analysis/language_similarity.h"

#include <QtTest>
#include <cmath>

using namespace moebel;

namespace
{

/// en es | el hu tr; every pair has its own value.
LanguageSimilarity fiveLanguages()
{
    LanguageSimilarity similarity(2, {"en", "es", "el", "hu", "tr"});
    for (std::int64_t layer = 0; layer < 2; ++layer)
        for (std::size_t a = 0; a < 5; ++a)
            for (std::size_t b = a; b < 5; ++b) similarity.set(layer, a, b, double(layer + 1) * (double(a) + 10 * double(b)));
    return similarity;
}

std::vector<Language> roles(const std::vector<std::string>& original, const std::vector<std::string>& added)
{
    std::vector<Language> languages;
    for (const std::string& code : original) languages.push_back({code, LanguageRole::Original});
    for (const std::string& code : added) languages.push_back({code, LanguageRole::Expanded});
    return languages;
}

}  // namespace

class LanguageSimilarityTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void groupsAreAveragedFirstAndWeighTheSame()
    {
        const auto layers = groupMeans(fiveLanguages(), roles({"en", "es"}, {"el", "hu", "tr"}));
        QVERIFY(layers);
        const double newNew = (32 + 42 + 43) / 3.0;
        const double newOriginal = (20 + 21 + 30 + 31 + 40 + 41) / 6.0;
        QCOMPARE((*layers)[0].newNew, newNew);
        QCOMPARE((*layers)[0].newOriginal, newOriginal);
        QCOMPARE((*layers)[0].mean, (newNew + newOriginal) / 2);
        QCOMPARE((*layers)[1].mean, newNew + newOriginal);
    }

    void anyOtherGroupingCanBeAsked()
    {
        const auto layers = groupMeans(fiveLanguages(), roles({"en"}, {"tr", "es"}));
        QVERIFY(layers);
        QCOMPARE((*layers)[0].newNew, 41.0);
        QCOMPARE((*layers)[0].newOriginal, 25.0);
    }

    void aSingleNewLanguageHasNoPairOfItsOwn()
    {
        const auto layers = groupMeans(fiveLanguages(), roles({"en", "es"}, {"el"}));
        QVERIFY(layers);
        QVERIFY(std::isnan((*layers)[0].newNew));
        QCOMPARE((*layers)[0].mean, 20.5);
        QCOMPARE(QString::fromStdString(toCsv(*layers)), QString("layer,new_new,new_original,mean\n0,,20.5,20.5\n1,,41,41\n"));
    }

    void aGroupWithoutLanguagesIsAnError()
    {
        QVERIFY(!groupMeans(fiveLanguages(), roles({"en"}, {"xx"})));
        QVERIFY(!groupMeans(fiveLanguages(), roles({}, {"el"})));
    }

    void csvComesBackAsItWent()
    {
        const auto layers = *groupMeans(fiveLanguages(), roles({"en", "es"}, {"el", "hu", "tr"}));
        const auto again = parseSimilarityCsv(toCsv(layers), "s.csv");
        QVERIFY(again);
        QCOMPARE(*again, layers);
    }

    void aMissingMeanIsMade()
    {
        const auto layers = parseSimilarityCsv("\xEF\xBB\xBFlayer, new_new, new_original\r\n0, .3, .1\r\n1,,.2\r\n", "s.csv");
        QVERIFY(layers);
        QCOMPARE((*layers)[0].mean, 0.2);
        QCOMPARE((*layers)[1].mean, 0.2);
    }

    void brokenTablesAreRefused_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("message");
        QTest::newRow("empty") << "" << "s.csv: the file is empty; expected layer,new_new,new_original,mean";
        QTest::newRow("other table") << "a,b\n1,2\n"
                                     << "s.csv:1: the columns are not those of a similarity; expected "
                                        "layer,new_new,new_original,mean as `moebel similarity` prints them";
        QTest::newRow("word") << "layer,mean\n0,high\n" << "s.csv:2: mean is \"high\"; expected a number such as 0.25";
        QTest::newRow("infinite") << "layer,mean\n0,inf\n" << "s.csv:2: mean is \"inf\"; expected a number such as 0.25";
        QTest::newRow("gap") << "layer,mean\n0,.1\n2,.1\n"
                             << "s.csv:3: layer 2 stands where layer 1 belongs; give every layer once, from 0 upwards";
        QTest::newRow("short") << "layer,mean\n0\n" << "s.csv:2: the line has 1 columns, the first one has 2";
        QTest::newRow("no layer") << "layer,mean\n" << "s.csv: there is no layer after the first line";
    }
    void brokenTablesAreRefused()
    {
        QFETCH(QString, text);
        QFETCH(QString, message);
        const auto layers = parseSimilarityCsv(text.toStdString(), "s.csv");
        QVERIFY(!layers);
        QCOMPARE(QString::fromStdString(layers.error().message), message);
    }
};

QTEST_APPLESS_MAIN(LanguageSimilarityTest)
#include "language_similarity_test.moc"
