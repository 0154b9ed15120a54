// Runs beside each other: descriptions, scores, mean curves.
#include <QtTest>
#include <cmath>

#include "moebel/analysis/colour.h"
#include "moebel/analysis/paired_difference.h"
#include "moebel/analysis/score_matrix.h"
#include "moebel/analysis/series.h"
#include "moebel/base/random.h"
#include "moebel/experiment/experiment_compare.h"
#include "tests/support/store_fixture.h"

using namespace moebel;

namespace
{

QStringList lines(const std::vector<DescriptionRow>& rows)
{
    QStringList text;
    for (const DescriptionRow& row : rows) {
        QStringList values;
        for (const std::string& value : row.values) values << QString::fromStdString(value);
        text << QString::fromStdString(row.key) + (row.differs ? " ! " : " = ") + values.join(" | ");
    }
    return text;
}

/// A run whose stage-1 and review scores of en, es and el are given.
std::vector<Score> scores(std::initializer_list<std::pair<const char*, std::vector<double>>> byLanguage)
{
    std::vector<Score> all;
    const char* checkpoints[] = {"base", "post-pretraining", "review"};
    for (const auto& [language, values] : byLanguage)
        for (std::size_t i = 0; i < values.size(); ++i) {
            all.push_back(fixture::score(language, checkpoints[i], std::int64_t(10 * i), values[i]));
            all.back().metric = "bits-per-byte";
            all.back().role = std::string(language) == "el" ? LanguageRole::Expanded : LanguageRole::Original;
        }
    return all;
}

}  // namespace

class ComparisonTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void descriptionsAreComparedKeyByKey();
    void aDescriptionThatIsNoObjectIsRefused();
    void differencesAreToTheBaselineAtTheSameCheckpoint();
    void withoutThatCheckpointTheNewestOneStandsIn();
    void aMeanNeedsEveryLanguage();
    void pairedDifferenceIsOfTheItemsThatBothHave();
    void pairedIntervalIsThatOfTheStandardError();
    void pairedTestTellsChanceFromDifference();
    void meanCurveHasTheStepsThatAllCurvesHave();
    void divergingColoursGoFromTheMiddleToBothSides();
};

void ComparisonTest::descriptionsAreComparedKeyByKey()
{
    const auto rows = compareDescriptions(
        {QByteArray("{'seed':1,'stage':[{'kind':'a','rate':0.1}],'layers':[1,2]}").replace('\'', '"').toStdString(),
         QByteArray("{'seed':1,'title':'x','stage':[{'kind':'a','rate':0.2},{'kind':'b'}],'layers':[1,2]}")
             .replace('\'', '"')
             .toStdString()});
    QVERIFY(rows.ok());
    QCOMPARE(lines(*rows), (QStringList{"seed = 1 | 1", "title !  | x", "stage.0.kind = a | a", "stage.0.rate ! 0.1 | 0.2",
                                        "stage.1.kind !  | b", "layers = [1,2] | [1,2]"}));
}

void ComparisonTest::aDescriptionThatIsNoObjectIsRefused()
{
    QCOMPARE(compareDescriptions({"{}", "[1"}).error().code, "bad-description");
    QVERIFY(compareDescriptions({}).value().empty());
}

void ComparisonTest::differencesAreToTheBaselineAtTheSameCheckpoint()
{
    const ScoreMatrix matrix = scoreMatrix({scores({{"en", {2, 3, 2.5}}, {"es", {4, 5, 4.5}}, {"el", {6, 4, 4.25}}}),
                                            scores({{"en", {2, 3.5, 2.25}}, {"es", {4, 5, 4.75}}, {"el", {6, 3, 3.25}}})},
                                           0);
    QCOMPARE(matrix.columns.size(), 6U);
    QCOMPARE(matrix.columns[5], (ScoreColumn{1, "review"}));
    QStringList rows;
    for (const ScoreRow& row : matrix.rows) rows << QString::fromStdString(row.language.empty() ? "mean" : row.language);
    QCOMPARE(rows, (QStringList{"en", "es", "mean", "el", "mean"}));
    QCOMPARE(matrix.rows[0].cells[4].value, 3.5);
    QCOMPARE(matrix.rows[0].cells[4].difference, 0.5);
    QCOMPARE(matrix.rows[2].cells[5].value, 3.5);
    QCOMPARE(matrix.rows[2].cells[5].difference, 0.0);
    QCOMPARE(matrix.rows[3].cells[5].difference, -1.0);
    QVERIFY(std::isnan(matrix.rows[0].cells[1].difference));
    QCOMPARE(matrix.largestDifference(), 1.0);
}

void ComparisonTest::withoutThatCheckpointTheNewestOneStandsIn()
{
    const ScoreMatrix matrix = scoreMatrix({scores({{"en", {2, 3}}}), scores({{"en", {2, 3.5, 2.25}}})}, 0);
    QCOMPARE(matrix.rows[0].cells[4].difference, 2.25 - 3.0);
    const ScoreMatrix none = scoreMatrix({{}, scores({{"en", {2}}})}, 0);
    QVERIFY(std::isnan(none.rows[0].cells[0].difference));
    QCOMPARE(none.largestDifference(), 0.0);
    const ScoreMatrix untrained = scoreMatrix({scores({{"en", {2}}}), scores({{"en", {2, 3.5}}})}, 0);
    QVERIFY(std::isnan(untrained.rows[0].cells[2].difference));
}

void ComparisonTest::aMeanNeedsEveryLanguage()
{
    const ScoreMatrix matrix = scoreMatrix({scores({{"en", {2}}, {"es", {4}}}), scores({{"en", {1}}})}, 0);
    QCOMPARE(matrix.rows[2].cells[0].value, 3.0);
    QVERIFY(std::isnan(matrix.rows[2].cells[1].value));
    QVERIFY(std::isnan(matrix.rows[1].cells[1].difference));
}

void ComparisonTest::pairedDifferenceIsOfTheItemsThatBothHave()
{
    const std::vector<SampleScore> a = {{"a", 2, 100}, {"b", 3, 300}, {"c", 9, 50}},
                                   b = {{"a", 1, 100}, {"b", 4, 300}, {"d", 0, 70}};
    const PairedDifference found = pairedDifference(a, b);
    QCOMPARE(found.items, std::int64_t(2));
    QCOMPARE(found.difference, (-1.0 * 100 + 1.0 * 300) / 400);
    QVERIFY(found.low <= found.difference && found.difference <= found.high);
    QVERIFY(std::isnan(pairedDifference(a, {}).difference));
    QVERIFY(std::isnan(pairedDifference({{"a", 1, 1}}, {{"a", 2, 1}}).pValue));
    const PairedDifference same = pairedDifference(a, a);
    QCOMPARE(same.difference, 0.0);
    QCOMPARE(same.low, 0.0);
    QCOMPARE(same.pValue, 1.0);
}

// 400 items of one weight whose change is normal with mean 0.1 and deviation 0.5: the interval is 0.1 +- 1.96 * 0.5 / 20.
void ComparisonTest::pairedIntervalIsThatOfTheStandardError()
{
    const CounterRandom random(Seed{5});
    std::vector<SampleScore> a, b;
    double sum = 0, squares = 0;
    for (int i = 0; i < 400; ++i) {
        const double change = 0.1 + 0.5 * random.normal(std::uint64_t(i));
        const std::string item = std::to_string(1000 + i);
        a.push_back({item, 3.0 + i, 1});
        b.push_back({item, 3.0 + i + change, 1});
        sum += change;
        squares += change * change;
    }
    const double mean = sum / 400, error = std::sqrt((squares / 400 - mean * mean) / 400);
    const PairedDifference found = pairedDifference(a, b);
    QVERIFY(std::abs(found.difference - mean) < 1e-9);
    QVERIFY(std::abs(found.high - found.low - 2 * 1.96 * error) < 0.1 * 2 * 1.96 * error);
    QVERIFY(found.low > 0 && found.pValue < 0.01);
}

// Without a difference the test says p < 0.05 about once in twenty times.
void ComparisonTest::pairedTestTellsChanceFromDifference()
{
    int rejected = 0;
    for (std::uint64_t trial = 0; trial < 200; ++trial) {
        const CounterRandom random(Seed{11}, trial);
        std::vector<SampleScore> a, b;
        for (int i = 0; i < 60; ++i) {
            a.push_back({std::to_string(100 + i), 0, 1});
            b.push_back({std::to_string(100 + i), random.normal(std::uint64_t(i)), 1});
        }
        rejected += pairedDifference(a, b, 400).pValue < 0.05 ? 1 : 0;
    }
    QVERIFY2(rejected >= 3 && rejected <= 24, qPrintable(QString::number(rejected)));
}

void ComparisonTest::meanCurveHasTheStepsThatAllCurvesHave()
{
    const SeriesColumn a{{0, 10, 20, 30}, {1, 2, 3, 4}}, b{{0, 20, 30}, {3, 5, std::nan("")}};
    const SeriesColumn mean = meanOf({&a, &b});
    QCOMPARE(mean.steps, (std::vector<std::int64_t>{0, 20, 30}));
    QCOMPARE(mean.values[1], 4.0);
    QVERIFY(std::isnan(mean.values[2]));
    QVERIFY(meanOf({}).empty());
}

void ComparisonTest::divergingColoursGoFromTheMiddleToBothSides()
{
    for (const std::uint32_t middle : {0xFFFFFFU, 0x16191FU}) {
        QCOMPARE(divergingColour(0, middle), middle);
        QCOMPARE(divergingColour(std::nan(""), middle), middle);
        QCOMPARE(divergingColour(-7, middle), divergingColour(-1, middle));
        QVERIFY((divergingColour(-1, middle) & 0xFF) > (divergingColour(1, middle) & 0xFF));  // bluer
        QVERIFY((divergingColour(-1, middle) >> 16) < (divergingColour(1, middle) >> 16));    // less red
        double before = 1;
        for (int i = 1; i <= 10; ++i) {
            const double now = contrast(divergingColour(i / 10.0, middle), middle);
            QVERIFY(now > before);
            before = now;
        }
    }
}

QTEST_GUILESS_MAIN(ComparisonTest)
#include "comparison_test.moc"
