// Acceptance 21-25 of LayerMoE: the golden table and the published lists, and what must hold for any similarities.
#include "moebel/analysis/expert_allocation.h"
#include "moebel/experiment/experiment.h"

#include <QtTest>
#include <cmath>
#include <numeric>
#include <random>

using namespace moebel;

namespace
{

using Counts = std::vector<std::int64_t>;

/// Llama-3.2-3B, el hu tr against en es zh: new-new and new-original of each layer (methods.md 2.3).
constexpr double kGolden[28][2] = {
    {.039067, .032811}, {.042967, .037467}, {.038167, .032267}, {.055767, .044922}, {.070800, .056311}, {.077467, .062056},
    {.092467, .075989}, {.103800, .088222}, {.101567, .087411}, {.106100, .089444}, {.114733, .097178}, {.118500, .100256},
    {.127100, .105789}, {.120100, .094778}, {.128733, .101578}, {.126600, .095111}, {.112133, .082367}, {.103500, .077967},
    {.096333, .069733}, {.093733, .073344}, {.087433, .068222}, {.075200, .061456}, {.073867, .063067}, {.059933, .049667},
    {.053533, .046089}, {.051367, .047956}, {.052800, .043400}, {.049933, .040756}};

std::vector<double> goldenWeights()
{
    std::vector<LayerSimilarity> layers;
    for (const auto& row : kGolden) layers.push_back({row[0], row[1], (row[0] + row[1]) / 2});
    return *similarityWeights(layers);
}

std::int64_t sum(const Counts& counts) { return std::accumulate(counts.begin(), counts.end(), std::int64_t(0)); }

std::vector<double> randomWeights(std::mt19937& engine, std::size_t layers)
{
    std::uniform_real_distribution<double> similarity(0.02, 0.9);
    std::vector<double> weights;
    for (std::size_t i = 0; i < layers; ++i) weights.push_back(1 / similarity(engine));
    return weights;
}

/// The spreadsheet of the authors in three lines.
Counts spreadsheet(const std::vector<double>& weights, double delta)
{
    Counts counts;
    const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (const double weight : weights) counts.push_back(std::int64_t(std::ceil(weight / all * delta)));
    return counts;
}

QString text(const Counts& counts)
{
    QStringList words;
    for (const std::int64_t count : counts) words << QString::number(count);
    return words.join(',');
}

}  // namespace

class ExpertAllocationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goldenTableWithDeltaSeventyGivesThePublishedList()
    {
        const CeilingAllocation found = expertsByCeiling(goldenWeights(), 70);
        QCOMPARE(text(found.experts), QString("5,5,5,4,3,3,2,2,2,2,2,2,2,2,2,2,2,2,3,3,3,3,3,4,4,4,4,4"));
        QCOMPARE(found.total(), 84);
    }

    void otherDeltasGiveTheKnownTotals_data()
    {
        QTest::addColumn<double>("delta");
        QTest::addColumn<int>("total");
        QTest::newRow("65") << 65.0 << 80;
        QTest::newRow("68") << 68.0 << 81;
        QTest::newRow("69") << 69.0 << 82;
        QTest::newRow("71") << 71.0 << 85;
        QTest::newRow("74") << 74.0 << 86;
    }
    void otherDeltasGiveTheKnownTotals()
    {
        QFETCH(double, delta);
        QFETCH(int, total);
        QCOMPARE(int(expertsByCeiling(goldenWeights(), delta).total()), total);
    }

    void theTotalOfEightyFourIsFoundWithDeltaSeventy()
    {
        const auto search = expertsForTotal(goldenWeights(), 84);
        QVERIFY(search && search->exact);
        QCOMPARE(search->exact->delta, 70.0);
        QCOMPARE(search->exact->total(), 84);
    }

    void randomSimilaritiesAgreeWithTheSpreadsheet()
    {
        std::mt19937 engine(3);
        for (int round = 0; round < 500; ++round) {
            const auto weights = randomWeights(engine, 1 + std::size_t(round % 40));
            const double delta = std::uniform_real_distribution<double>(1, 200)(engine);
            QCOMPARE(text(expertsByCeiling(weights, delta).experts), text(spreadsheet(weights, delta)));
        }
    }

    void lessSimilarLayersNeverGetFewerExpertsAndEqualOnesGetEqual()
    {
        std::mt19937 engine(4);
        for (int round = 0; round < 200; ++round) {
            auto weights = randomWeights(engine, 12);
            weights[5] = weights[2];
            const Counts counts = expertsByCeiling(weights, 30 + round % 17).experts;
            QCOMPARE(counts[5], counts[2]);
            for (std::size_t i = 0; i < weights.size(); ++i)
                for (std::size_t j = 0; j < weights.size(); ++j) QVERIFY(weights[i] <= weights[j] || counts[i] >= counts[j]);
            for (double& weight : weights) weight *= 3.7;
            QCOMPARE(text(expertsByCeiling(weights, 30 + round % 17).experts), text(counts));
        }
    }

    void aTotalIsReachedOrBothNeighboursAreReported()
    {
        std::mt19937 engine(5);
        int jumped = 0;
        for (int round = 0; round < 300; ++round) {
            const std::size_t layers = 2 + std::size_t(round % 20);
            auto weights = randomWeights(engine, layers);
            if (round % 3 == 0) weights[1] = weights[0];  // two layers that jump together
            const auto total = std::int64_t(layers) + round % 60;
            const auto search = expertsForTotal(weights, total);
            QVERIFY(search);
            if (search->exact) {
                const CeilingAllocation& exact = *search->exact;
                QCOMPARE(exact.total(), total);
                QCOMPARE(text(spreadsheet(weights, exact.delta)), text(exact.experts));
                QVERIFY(double(total) >= exact.delta - 1e-6 && double(total) < exact.delta + double(layers));
                continue;
            }
            ++jumped;
            QVERIFY(search->above && search->above->total() > total);
            QVERIFY(search->below ? search->below->total() < total : total == std::int64_t(layers));
            // Nothing lies between: halfway between the two deltas is one of the two.
            const double between = (search->below->delta + search->above->delta) / 2;
            const Counts middle = expertsByCeiling(weights, between).experts;
            QVERIFY(middle == search->below->experts || middle == search->above->experts);
        }
        QVERIFY2(jumped > 5, "no total was jumped over, so nothing was tried");
    }

    void equalLayersJumpTogetherAndTheNeighboursSaySo()
    {
        const std::vector<double> weights(4, 2.0);
        const auto search = expertsForTotal(weights, 10);
        QVERIFY(search && !search->exact && search->below && search->above);
        QCOMPARE(search->below->total(), 8);
        QCOMPARE(search->above->total(), 12);
        QCOMPARE(text(*expertsByLargestRemainder(weights, 10)), QString("3,3,2,2"));
    }

    void largestRemainderHitsEveryTotal()
    {
        std::mt19937 engine(6);
        for (int round = 0; round < 300; ++round) {
            const std::size_t layers = 1 + std::size_t(round % 25);
            const auto weights = randomWeights(engine, layers);
            const auto total = std::int64_t(layers) + round % 70;
            const auto counts = expertsByLargestRemainder(weights, total);
            QVERIFY(counts);
            QCOMPARE(sum(*counts), total);
            QVERIFY(*std::min_element(counts->begin(), counts->end()) >= 1);
        }
    }

    void aTotalBelowOneALayerIsRefused()
    {
        const std::vector<double> weights(4, 1.0);
        const auto search = expertsForTotal(weights, 3);
        QVERIFY(!search);
        QCOMPARE(QString::fromStdString(search.error().message),
                 QString("a total of 3 experts is less than one for each of the 4 layers; ask for at least 4 (the original "
                         "feed-forward networks are counted)"));
        QVERIFY(!expertsByLargestRemainder(weights, 3));
    }

    void aSimilarityThatIsNotPositiveIsRefusedWithItsLayerOrFloored()
    {
        const std::vector<LayerSimilarity> layers = {{.2, .1, .15}, {.1, -.14, -.02}};
        const auto refused = similarityWeights(layers);
        QVERIFY(!refused);
        QVERIFY(QString::fromStdString(refused.error().message).startsWith("layer 1: the mean similarity is -0.02"));
        const auto floored = similarityWeights(layers, 0.05);
        QVERIFY(floored);
        QCOMPARE((*floored)[1], 20.0);
        QCOMPARE((*floored)[0], 1 / 0.15);
    }

    void publishedListsLoadWithTheirTotals_data()
    {
        QTest::addColumn<QString>("list");
        QTest::addColumn<int>("total");
        QTest::newRow("G0 to G1") << "5,4,3,5,4,3,2,3,3,2,2,2,2,2,2,2,2,3,3,4,4,4,3,3" << 72;
        QTest::newRow("G0 to G2") << "[5,5,4,5,4,3,2,3,3,3,2,2,2,2,2,3,3,3,3,3,3,3,2,2]" << 72;
        QTest::newRow("G0 to G1 to G2") << "{\"experts\": [10,8,6,9,8,5,3,5,5,4,3,3,3,3,3,3,3,5,5,6,6,6,4,4]}" << 120;
        QTest::newRow("G0 to G2 to G1") << "9 8 6 8 7 5 3 5 5 4 3 3 3 3 3 5 5 5 6 6 6 6 3 3" << 120;
    }
    void publishedListsLoadWithTheirTotals()
    {
        QFETCH(QString, list);
        QFETCH(int, total);
        const auto counts = parseExpertList(list.toStdString());
        QVERIFY2(counts, list.toUtf8());
        QCOMPARE(counts->size(), 24U);
        QCOMPARE(int(sum(*counts)), total);
    }

    void theSecondRoundsAddFortyEightAndAtLeastOneALayer()
    {
        const char* const pairs[2][2] = {{"5,4,3,5,4,3,2,3,3,2,2,2,2,2,2,2,2,3,3,4,4,4,3,3", "10,8,6,9,8,5,3,5,5,4,3,3,3,3,3,3,3,5,5,6,6,6,4,4"},
                                         {"5,5,4,5,4,3,2,3,3,3,2,2,2,2,2,3,3,3,3,3,3,3,2,2", "9,8,6,8,7,5,3,5,5,4,3,3,3,3,3,5,5,5,6,6,6,6,3,3"}};
        for (const auto& [first, second] : pairs) {
            const Counts before = *parseExpertList(first), after = *parseExpertList(second);
            Counts added;
            for (std::size_t i = 0; i < before.size(); ++i) added.push_back(after[i] - before[i]);
            QCOMPARE(sum(added), 48);
            QCOMPARE(*std::min_element(added.begin(), added.end()), 1);
        }
    }

    void listsAreReadFromTables()
    {
        QCOMPARE(text(*parseExpertList("layer,experts\n0,5\n1,3\r\n2,1\n")), QString("5,3,1"));
        QCOMPARE(text(*parseExpertList(" 5\n4\n3\n")), QString("5,4,3"));
    }

    void brokenListsAreRefused_data()
    {
        QTest::addColumn<QString>("list");
        for (const char* list : {"", "[]", "5,,3", "5,x,3", "0,3", "5.5,3", "[5,\"3\"]", "{\"n\": [3]}", "layer,experts\n1,3\n", "5000"})
            QTest::newRow(list) << list;
        QTest::newRow("nested a million deep") << QString(1'000'000, '[');
    }
    void brokenListsAreRefused()
    {
        QFETCH(QString, list);
        const auto counts = parseExpertList(list.toStdString());
        QVERIFY(!counts);
        QVERIFY(QString::fromStdString(counts.error().message).contains("is no list of experts; expected whole numbers"));
    }

    void aScheduleGivesQuartersOfTheDepthItsCounts()
    {
        const Counts steps = {2, 4, 6, 8};
        QCOMPARE(sum(expertsBySchedule(steps, 24)) - 24, 96);
        QCOMPARE(text(expertsBySchedule(steps, 6)), QString("2,2,4,6,6,8"));
    }

    void aDescriptionsRuleChoosesExpertsAndClassifiers_data()
    {
        QTest::addColumn<int>("rule");
        QTest::addColumn<int>("total");
        QTest::addColumn<QString>("experts");
        QTest::addColumn<QString>("classifiers");
        QTest::newRow("ceiling") << int(AllocationRule::BySimilarity) << 10 << "4,3,2,1" << "1,2";
        QTest::newRow("of the layers' experts") << int(AllocationRule::BySimilarity) << 0 << "5,3,2,2" << "2,3";
        QTest::newRow("remainder") << int(AllocationRule::LargestRemainder) << 10 << "4,2,2,2" << "2,3";
        QTest::newRow("reverse") << int(AllocationRule::ReverseSimilarity) << 10 << "2,2,3,3" << "2,3";
        QTest::newRow("one expert has no router") << int(AllocationRule::LargestRemainder) << 5 << "2,1,1,1" << "0";
    }
    void aDescriptionsRuleChoosesExpertsAndClassifiers()
    {
        QFETCH(int, rule);
        QFETCH(int, total);
        QFETCH(QString, experts);
        QFETCH(QString, classifiers);
        const std::vector<LayerSimilarity> layers = {{.1, .1, .11}, {.2, .2, .2}, {.3, .4, .35}, {.5, .3, .43}};
        ExpansionSpec expansion;
        expansion.experts = {3};
        expansion.rule = AllocationRule(rule);
        expansion.total = total;
        expansion.classifierCount = 2;
        const auto choice = chooseExperts(expansion, layers);
        QVERIFY2(choice, choice ? "" : choice.error().message.c_str());
        QCOMPARE(text(choice->experts), experts);
        QCOMPARE(text(choice->classifierLayers), classifiers);
        QCOMPARE(int(choice->total()), total > 0 ? total : 12);
    }

    void classifiersFollowTheMeanOrAListWhereAsked()
    {
        const std::vector<LayerSimilarity> layers = {{.1, .1, .1}, {.2, .4, .2}, {.3, .3, .35}, {.5, .2, .4}};
        ExpansionSpec expansion;
        expansion.classifierCount = 1;
        QCOMPARE(text(chooseExperts(expansion, layers)->classifierLayers), QString("1"));
        expansion.classifierChoice = ClassifierChoice::ByMean;
        QCOMPARE(text(chooseExperts(expansion, layers)->classifierLayers), QString("3"));
        expansion.classifierCount = 0;
        expansion.classifierLayers = {0, 2};
        expansion.experts = {1, 3, 3, 3};
        QCOMPARE(text(chooseExperts(expansion, layers)->classifierLayers), QString("2"));
    }

    void aJumpedTotalTakesTheNearerNeighbourAndSaysSo()
    {
        ExpansionSpec expansion;
        expansion.rule = AllocationRule::BySimilarity;
        expansion.total = 11;
        const std::vector<LayerSimilarity> layers(4, LayerSimilarity{.2, .2, .2});
        const auto choice = chooseExperts(expansion, layers);
        QVERIFY(choice);
        QCOMPARE(text(choice->experts), QString("3,3,3,3"));
        QVERIFY2(QString::fromStdString(choice->reason).contains("no delta gives the total of 11"), choice->reason.c_str());
        expansion.total = 10;
        QCOMPARE(chooseExperts(expansion, layers)->total(), 8);
    }

    void aLayerSetByHandMakesTheOthersGiveWayByTheRule()
    {
        const std::vector<double> weights = {4, 2, 1, 1};
        const Counts least(4, 1);
        QCOMPARE(text(withLayerSet({4, 2, 2, 2}, 0, 5, weights, least)), QString("5,2,1,2"));  // layer 2 had most above its share
        QCOMPARE(text(withLayerSet({5, 2, 1, 2}, 0, 4, weights, least)), QString("4,3,1,2"));  // layer 1 had least
        QCOMPARE(text(withLayerSet({4, 2, 2, 2}, 3, 100, weights, least)), QString("1,1,1,7"));
        QCOMPARE(text(withLayerSet({4, 2, 2, 2}, 3, -5, {}, least)), QString("4,3,2,1"));
        QCOMPARE(text(withLayerSet({4, 2, 2, 2}, 1, 4, weights, Counts{4, 2, 2, 2})), QString("4,2,2,2"));
        QCOMPARE(text(withLayerSet({3}, 0, 5, {}, Counts{1})), QString("3"));
    }

    void theHighestLayersAreChosenInOrder()
    {
        const std::vector<double> values = {.1, .5, .3, .5, std::nan("")};
        QCOMPARE(text(highestLayers(values, 2)), QString("1,3"));
        QCOMPARE(text(highestLayers(values, 3)), QString("1,2,3"));
        QCOMPARE(text(highestLayers(values, 9)), QString("0,1,2,3,4"));
    }
};

QTEST_APPLESS_MAIN(ExpertAllocationTest)
#include "expert_allocation_test.moc"
