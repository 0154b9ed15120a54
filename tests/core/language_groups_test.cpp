// Acceptance 38-40 of DMoE: the published groups of the published matrices, planted families, and what must hold for any
// matrix.
#include "moebel/analysis/language_groups.h"

#include <QtTest>
#include <cmath>
#include <numeric>
#include <random>
#include <set>

#include "moebel/base/file.h"

using namespace moebel;

namespace
{

using Codes = std::vector<std::string>;
using Group = Result<LanguageGroups> (*)(const LanguageMatrix&, std::int64_t);

std::string golden(const std::string& name) { return MOEBEL_SOURCE_DIR "/tests/golden/dmoe/" + name; }

LanguageMatrix publishedMatrix(const std::string& model)
{
    const std::string file = golden("similarity_" + model + ".csv");
    const auto read = parseMatrixCsv(*readFile(file), file);
    return read ? *read : LanguageMatrix();
}

LanguageGroups publishedGroups(const std::string& name)
{
    const std::string file = golden("expert_map_" + name + ".json");
    const auto read = parseExpertMap(*readFile(file), file);
    return read ? *read : LanguageGroups();
}

Codes codes(std::size_t count)
{
    Codes result;
    for (std::size_t i = 0; i < count; ++i) result.push_back("l" + std::to_string(i));
    return result;
}

/// Values of one decimal are often equal.
LanguageMatrix randomMatrix(std::mt19937& engine, std::size_t languages, bool manyTies)
{
    LanguageMatrix matrix(codes(languages));
    for (std::size_t a = 0; a < languages; ++a)
        for (std::size_t b = 0; b < a; ++b) {
            const double value = std::uniform_real_distribution<double>(-1, 1)(engine);
            matrix.set(a, b, manyTies ? std::round(value * 4) / 4 : value);
        }
    return matrix;
}

/// Cosines between changes: a vector of the family, and noise of the language's own. Language i is of family i % families.
LanguageMatrix plantedFamilies(std::mt19937& engine, std::size_t families, std::size_t size, double noise)
{
    constexpr std::size_t kWeights = 400;
    std::normal_distribution<double> normal;
    std::vector<std::vector<double>> roots(families, std::vector<double>(kWeights)), changes;
    for (auto& root : roots)
        for (double& weight : root) weight = normal(engine);
    for (std::size_t i = 0; i < families * size; ++i) {
        changes.push_back(roots[i % families]);
        for (double& weight : changes.back()) weight += noise * normal(engine);
    }
    LanguageMatrix matrix(codes(changes.size()));
    const auto product = [&](std::size_t a, std::size_t b) {
        return std::inner_product(changes[a].begin(), changes[a].end(), changes[b].begin(), 0.0);
    };
    for (std::size_t a = 0; a < changes.size(); ++a)
        for (std::size_t b = 0; b <= a; ++b) matrix.set(a, b, product(a, b) / std::sqrt(product(a, a) * product(b, b)));
    return matrix;
}

LanguageMatrix permuted(const LanguageMatrix& matrix, const std::vector<std::size_t>& order)
{
    Codes languages;
    for (const std::size_t place : order) languages.push_back(matrix.languages()[place]);
    LanguageMatrix result(languages);
    for (std::size_t a = 0; a < order.size(); ++a)
        for (std::size_t b = 0; b < a; ++b) result.set(a, b, matrix.at(order[a], order[b]));
    return result;
}

double smallest(const LanguageMatrix& matrix, const std::vector<std::size_t>& subset)
{
    double least = 2;
    for (const std::size_t a : subset)
        for (const std::size_t b : subset)
            if (a != b) least = std::min(least, matrix.at(a, b));
    return least;
}

/// The published script in a few lines: every subset, in the order of Python's itertools.combinations.
std::vector<Codes> bySubsets(const LanguageMatrix& matrix, std::size_t count)
{
    std::vector<std::size_t> rest(matrix.size());
    std::iota(rest.begin(), rest.end(), 0U);
    std::vector<Codes> groups;
    for (std::size_t g = 0; g < count; ++g) {
        std::vector<bool> chosen(rest.size(), false);
        std::fill_n(chosen.begin(), matrix.size() / count + (g < matrix.size() % count), true);
        std::vector<std::size_t> best;
        do {
            std::vector<std::size_t> subset;
            for (std::size_t i = 0; i < rest.size(); ++i)
                if (chosen[i]) subset.push_back(rest[i]);
            if (best.empty() || smallest(matrix, subset) > smallest(matrix, best)) best = subset;
        } while (std::prev_permutation(chosen.begin(), chosen.end()));
        groups.emplace_back();
        for (const std::size_t place : best) groups.back().push_back(matrix.languages()[place]), std::erase(rest, place);
    }
    return groups;
}

/// And the one for 128 languages, by distances.
std::vector<Codes> bySteps(const LanguageMatrix& matrix, std::size_t count)
{
    std::set<std::size_t> rest;
    for (std::size_t i = 0; i < matrix.size(); ++i) rest.insert(i);
    const auto farthest = [&](std::size_t place, const std::set<std::size_t>& group) {
        double most = -5;
        for (const std::size_t member : group) most = std::max(most, 1 - matrix.at(place, member));
        return most;
    };
    std::vector<Codes> groups;
    for (std::size_t g = 0; g < count; ++g) {
        const std::size_t size = matrix.size() / count + (g < matrix.size() % count);
        std::tuple<double, std::size_t, std::size_t> pair{9, 0, 0};
        for (const std::size_t a : rest)
            for (const std::size_t b : rest)
                if (a < b) pair = std::min(pair, std::tuple(1 - matrix.at(a, b), a, b));
        std::set<std::size_t> group = size == 1 ? std::set{*rest.begin()} : std::set{std::get<1>(pair), std::get<2>(pair)};
        for (const std::size_t member : group) rest.erase(member);
        while (group.size() < size) {
            std::pair<double, std::size_t> next{9, 0};
            for (const std::size_t place : rest) next = std::min(next, std::pair(farthest(place, group), place));
            group.insert(next.second), rest.erase(next.second);
        }
        groups.emplace_back();
        for (const std::size_t place : group) groups.back().push_back(matrix.languages()[place]);
    }
    return groups;
}

std::multiset<std::set<std::string>> asSets(const std::vector<Codes>& groups)
{
    std::multiset<std::set<std::string>> sets;
    for (const Codes& group : groups) sets.insert({group.begin(), group.end()});
    return sets;
}

QString text(const std::vector<Codes>& groups)
{
    QStringList words;
    for (const Codes& group : groups) {
        QStringList languages;
        for (const std::string& language : group) languages << QString::fromStdString(language);
        words << languages.join(' ');
    }
    return words.join(" | ");
}

QString refusal(const Result<LanguageGroups>& groups)
{
    return groups ? "it was done: " + text(groups->groups) : QString::fromStdString(groups.error().message);
}

}  // namespace

class LanguageGroupsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void publishedMatricesGiveThePublishedGroups_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<int>("count");
        for (const char* model : {"bloom-560m", "bloom-1.7b"})
            for (const int count : {2, 6}) QTest::addRow("%s, %d groups", model, count) << model << count;
    }
    void publishedMatricesGiveThePublishedGroups()
    {
        QFETCH(QString, model);
        QFETCH(int, count);
        const auto groups = groupExactly(publishedMatrix(model.toStdString()), count);
        QVERIFY2(groups, groups ? "" : groups.error().message.c_str());
        QCOMPARE(text(groups->groups), text(publishedGroups("18langs_" + std::to_string(count) + "groups").groups));
    }

    void tiesOfTheRoundedMatrixLeaveTheRoundsSimilaritiesAlone_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<QList<double>>("smallest");
        QTest::newRow("3 groups") << 3 << QList<double>{.07, .02, .00};
        QTest::newRow("9 groups") << 9 << QList<double>{.30, .19, .15, .14, .11, .10, .07, .03, .01};
    }
    void tiesOfTheRoundedMatrixLeaveTheRoundsSimilaritiesAlone()
    {
        QFETCH(int, count);
        QFETCH(QList<double>, smallest);
        const LanguageMatrix matrix = publishedMatrix("bloom-560m");
        const auto groups = groupExactly(matrix, count);
        QVERIFY(groups);
        QCOMPARE(QList<double>(groups->smallestSimilarity.begin(), groups->smallestSimilarity.end()), smallest);
        QCOMPARE(text(groups->groups), text(bySubsets(matrix, std::size_t(count))));
        // The released groups are another answer to the same ties: no round of theirs is better.
        const LanguageGroups released =
            withSimilarities(publishedGroups("18langs_" + std::to_string(count) + "groups"), matrix);
        for (std::size_t g = 0; g < released.groups.size(); ++g)
            QVERIFY(released.smallestSimilarity[g] <= smallest[qsizetype(g)]);
    }

    void aStoppedSearchGivesNoGroups()
    {
        std::mt19937 engine(7);
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = groupExactly(randomMatrix(engine, 12, false), 3, stop.get_token());
        QVERIFY(!stopped.ok());
        QCOMPARE(stopped.error().kind, ErrorKind::Stopped);
    }

    void growthGivesOtherGroupsThanTheExactSearch()
    {
        const auto groups = groupByGrowth(publishedMatrix("bloom-560m"), 6);
        QVERIFY(groups);
        QCOMPARE(text(groups->groups), QString("ar ru uk | hi ta te | fr id vi | de it nl | bn ur zh | ja ko th"));
    }

    void randomMatricesAgreeWithTheScriptsInAFewLines_data()
    {
        QTest::addColumn<bool>("manyTies");
        QTest::newRow("no ties") << false;
        QTest::newRow("many ties") << true;
    }
    void randomMatricesAgreeWithTheScriptsInAFewLines()
    {
        QFETCH(bool, manyTies);
        std::mt19937 engine(1);
        for (int round = 0; round < 150; ++round) {
            const std::size_t languages = 1 + std::size_t(round) % 11, count = 1 + engine() % languages;
            const LanguageMatrix matrix = randomMatrix(engine, languages, manyTies);
            const auto exact = groupExactly(matrix, std::int64_t(count)), growth = groupByGrowth(matrix, std::int64_t(count));
            QVERIFY(exact && growth);
            QCOMPARE(text(exact->groups), text(bySubsets(matrix, count)));
            QCOMPARE(text(growth->groups), text(bySteps(matrix, count)));
        }
    }

    void plantedFamiliesAreFoundByBothAlgorithms()
    {
        std::mt19937 engine(2);
        for (const auto& [families, size] : {std::pair<std::size_t, std::size_t>{2, 9}, {6, 3}, {9, 2}, {4, 4}, {16, 8}}) {
            std::vector<Codes> planted(families);
            for (std::size_t i = 0; i < families * size; ++i) planted[i % families].push_back("l" + std::to_string(i));
            for (const double noise : {0.3, 1.0}) {
                const LanguageMatrix matrix = plantedFamilies(engine, families, size, noise);
                for (const Group group : {Group(groupExactly), Group(groupByGrowth)}) {
                    const auto found = group(matrix, std::int64_t(families));
                    QVERIFY2(found, found ? "" : found.error().message.c_str());
                    QVERIFY2(asSets(found->groups) == asSets(planted), qPrintable(text(found->groups)));
                    QVERIFY(std::is_sorted(found->smallestSimilarity.rbegin(), found->smallestSimilarity.rend()) ||
                            group == Group(groupByGrowth));
                }
            }
        }
    }

    void permutingTheLanguagesPermutesTheGroups()
    {
        std::mt19937 engine(3);
        for (int round = 0; round < 60; ++round) {
            const LanguageMatrix families = plantedFamilies(engine, 4, 3, 1), chance = randomMatrix(engine, 12, false);
            std::vector<std::size_t> order(12);
            std::iota(order.begin(), order.end(), 0U);
            std::shuffle(order.begin(), order.end(), engine);
            const auto isTheSame = [&](Group group, const LanguageMatrix& matrix) {
                const auto one = group(matrix, 4), other = group(permuted(matrix, order), 4);
                return asSets(one->groups) == asSets(other->groups) && one->smallestSimilarity == other->smallestSimilarity;
            };
            QVERIFY(isTheSame(groupExactly, families));
            QVERIFY(isTheSame(groupByGrowth, families));
            QVERIFY(isTheSame(groupByGrowth, chance));
            // Subsets with the same weakest pair are tied even where all similarities differ, and the order of the languages
            // decides.
            QCOMPARE(groupExactly(permuted(chance, order), 4)->smallestSimilarity[0],
                     groupExactly(chance, 4)->smallestSimilarity[0]);
        }
    }

    void everyLanguageIsInOneGroupAndSizesDifferByOneAtMost()
    {
        std::mt19937 engine(4);
        for (std::size_t languages = 1; languages <= 14; ++languages) {
            const LanguageMatrix matrix = randomMatrix(engine, languages, languages % 2 == 0);
            for (std::size_t count = 1; count <= languages; ++count)
                for (const auto& groups :
                     {groupExactly(matrix, std::int64_t(count)), groupByGrowth(matrix, std::int64_t(count)),
                      groupRandomly(matrix.languages(), std::int64_t(count), Seed{count})}) {
                    QVERIFY(groups);
                    QCOMPARE(groups->groups.size(), count);
                    QCOMPARE(groups->smallestSimilarity.size(), count);
                    Codes all;
                    for (std::size_t g = 0; g < count; ++g) {
                        QCOMPARE(groups->groups[g].size(), languages / count + (g < languages % count));  // larger ones first
                        all.insert(all.end(), groups->groups[g].begin(), groups->groups[g].end());
                    }
                    std::sort(all.begin(), all.end());
                    Codes expected = matrix.languages();
                    std::sort(expected.begin(), expected.end());
                    QCOMPARE(all, expected);
                }
        }
    }

    void eighteenLanguagesInTwoGroupsTakeNoTime()
    {
        std::mt19937 engine(5);
        QElapsedTimer timer;
        timer.start();
        for (int round = 0; round < 100; ++round) QVERIFY(groupExactly(randomMatrix(engine, 18, round % 2 == 0), 2));
        QVERIFY2(timer.elapsed() < 2'000, qPrintable(QString::number(timer.elapsed()) + " ms for 100 matrices"));
    }

    void anExactSearchThatWouldNotEndIsRefusedAndGrowthOffered()
    {
        std::mt19937 engine(6);
        const LanguageMatrix matrix = randomMatrix(engine, 120, false);
        QCOMPARE(refusal(groupExactly(matrix, 2)), QString("the best 60 of 120 languages were not found among 9.7e+34 subsets "
                                                           "in the seconds that the exact search may take; "
                                                           "choose the algorithm growth, or more groups"));
        QVERIFY(groupByGrowth(matrix, 2));
    }

    void similaritiesOfTheGroupsAreThoseOfTheirPairs()
    {
        LanguageMatrix matrix(codes(5));
        for (std::size_t a = 0; a < 5; ++a)
            for (std::size_t b = 0; b < a; ++b) matrix.set(a, b, 0.1 * double(a) + 0.01 * double(b));
        const auto groups = groupExactly(matrix, 2);
        QVERIFY(groups);
        QCOMPARE(text(groups->groups), QString("l2 l3 l4 | l0 l1"));  // .32 .42 .43 and .10
        QCOMPARE(groups->smallestSimilarity, (std::vector<double>{0.1 * 3 + 0.01 * 2, 0.1}));
        QVERIFY(std::abs(groups->meanSimilarity[0] - 0.39) < 1e-12);
        const auto alone = groupExactly(matrix, 5);
        QVERIFY(std::isnan(alone->smallestSimilarity[0]) && std::isnan(alone->meanSimilarity[4]));
    }

    void impossibleNumbersOfGroupsAndUnknownPairsAreRefused()
    {
        LanguageMatrix matrix(codes(3));
        QCOMPARE(refusal(groupExactly(matrix, 0)),
                 QString("0 groups were asked for and there are 3 languages; expected a number from 1 to 3"));
        QCOMPARE(refusal(groupByGrowth(matrix, 4)),
                 QString("4 groups were asked for and there are 3 languages; expected a number from 1 to 3"));
        QCOMPARE(refusal(groupRandomly(matrix.languages(), -1, {})),
                 QString("-1 groups were asked for and there are 3 languages; expected a number from 1 to 3"));
        matrix.set(0, 1, 0.5), matrix.set(0, 2, 0.5);
        const QString unknown = "the similarity of 'l2' and 'l1' is not given; expected a number for every pair of languages";
        QCOMPARE(refusal(groupExactly(matrix, 2)), unknown);
        QCOMPARE(refusal(groupByGrowth(matrix, 2)), unknown);
    }

    void chanceIsTheSameForTheSameSeed()
    {
        const Codes languages = codes(18);
        QCOMPARE(groupRandomly(languages, 6, Seed{1})->groups, groupRandomly(languages, 6, Seed{1})->groups);
        QVERIFY(groupRandomly(languages, 6, Seed{1})->groups != groupRandomly(languages, 6, Seed{2})->groups);
    }

    void familiesAndScriptsFollowWhatIsKnownOfTheLanguages()
    {
        const Codes languages = {"es", "ru", "pt", "xx", "sr", "el", "de-AT", "zh", "zh-CN", "nl", "yy", "zh-TW"};
        QCOMPARE(text(groupByFamily(languages).groups), QString("es pt | ru sr | xx | el | de-AT nl | zh zh-CN zh-TW | yy"));
        QCOMPARE(text(groupByScript(languages).groups),
                 QString("es pt de-AT nl | ru sr | xx | el | zh | zh-CN | yy | zh-TW"));  // zh alone may be either script
    }

    void expertMapsAreWrittenAsTheyWerePublished()
    {
        for (const char* name :
             {"18langs_2groups", "18langs_3groups", "18langs_6groups", "18langs_9groups", "128langs_16groups"}) {
            const LanguageGroups groups = publishedGroups(name);
            QVERIFY(!groups.groups.empty());
            QCOMPARE(toExpertMap(groups), *readFile(golden(std::string("expert_map_") + name + ".json")));
            QCOMPARE(*parseExpertMap(toExpertMap(groups), "map.json"), groups);
        }
        QCOMPARE(publishedGroups("128langs_16groups").groups.size(), 16U);
        QCOMPARE(*groupOf(publishedGroups("128langs_16groups"), "zh"), 13U);
        QVERIFY(!groupOf(publishedGroups("128langs_16groups"), "xx"));
    }

    void wrongExpertMapsAreRefused()
    {
        const QString expected = "; expected {\"<language>\": <group, from 0>, ...}";
        QCOMPARE(refusal(parseExpertMap("{", "m.json")), "m.json:1: this is no JSON" + expected);
        QCOMPARE(refusal(parseExpertMap("{}", "m.json")), "m.json: there is no language" + expected);
        QCOMPARE(refusal(parseExpertMap("{\"ar\": 0, \"ar\": 1}", "m.json")), "m.json: \"ar\" is there twice" + expected);
        for (const char* group : {"-1", "2", "0.5", "\"0\"", "null", "1e300", "18446744073709551615"})
            QCOMPARE(refusal(parseExpertMap(std::string("{\"ar\": ") + group + ", \"bn\": 0}", "m.json")),
                     QString("m.json: the group of 'ar' is %1, and 2 languages have group 0 to 1 at most")
                             .arg(QString(group).replace("1e300", "1e+300")) +
                         expected);
        QCOMPARE(refusal(parseExpertMap("{\"ar\": 0, \"bn\": 2, \"de\": 2}", "m.json")),
                 "m.json: group 1 has no language and group 2 has" + expected);
    }

    void wordsOfTheAlgorithmsLeadBackToThem()
    {
        for (const GroupingAlgorithm algorithm :
             {GroupingAlgorithm::Exact, GroupingAlgorithm::Growth, GroupingAlgorithm::Random, GroupingAlgorithm::Family,
              GroupingAlgorithm::Script, GroupingAlgorithm::Manual})
            QCOMPARE(groupingAlgorithmOf(name(algorithm)), std::optional(algorithm));
        QVERIFY(!groupingAlgorithmOf("k-means"));
        for (const GroupingSource source : {GroupingSource::Deviation, GroupingSource::HiddenStates, GroupingSource::Gradients,
                                            GroupingSource::TokenizerOverlap})
            QCOMPARE(groupingSourceOf(name(source)), std::optional(source));
        QVERIFY(!groupingSourceOf("stars"));
    }
};

QTEST_GUILESS_MAIN(LanguageGroupsTest)
#include "language_groups_test.moc"
