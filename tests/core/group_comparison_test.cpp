// How far two groupings, or two matrices, agree: cases computed by hand, and trials of everything where that is possible.
#include <QtTest>
#include <cmath>
#include <random>

#include "moebel/analysis/language_groups.h"
#include "tests/support/language_matrices.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

using Codes = std::vector<std::string>;

LanguageGroups groupsOf(std::vector<Codes> groups) { return withSimilarities({std::move(groups), {}, {}}, {}); }

}  // namespace

class GroupComparisonTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void adjustedRandIsThatOfTheHandComputedTable()
    {
        // a b c | d e f against a b | c d | e f: pairs together 2, in the first 6, in the second 3, of 15.
        const LanguageGroups first = groupsOf({{"a", "b", "c"}, {"d", "e", "f"}}),
                             second = groupsOf({{"a", "b"}, {"c", "d"}, {"e", "f"}});
        const double expected = 6.0 * 3 / 15;
        QCOMPARE(adjustedRandIndex(first, second), (2 - expected) / (4.5 - expected));
        QCOMPARE(adjustedRandIndex(second, first), adjustedRandIndex(first, second));
        QCOMPARE(adjustedRandIndex(first, groupsOf({{"f", "d", "e"}, {"c", "a", "b"}})), 1.0);
        QCOMPARE(adjustedRandIndex(first, groupsOf({{"a", "b", "c", "d", "e", "f"}})), 0.0);
        QCOMPARE(adjustedRandIndex(groupsOf({{"a"}, {"b"}}), groupsOf({{"b"}, {"a"}})), 1.0);
        QCOMPARE(adjustedRandIndex(groupsOf({{"a", "b"}}), groupsOf({{"a", "b"}})), 1.0);
        QVERIFY(adjustedRandIndex(groupsOf({{"a", "b"}, {"c", "d"}}), groupsOf({{"a", "c"}, {"b", "d"}})) < 0);
        QVERIFY(std::isnan(adjustedRandIndex(first, groupsOf({{"a", "x"}}))));
        QCOMPARE(adjustedRandIndex(first, groupsOf({{"a", "b", "x"}, {"c", "d"}, {"e", "f", "y"}})),
                 adjustedRandIndex(first, second));
    }

    void theFewestLanguagesAreSaidToHaveMoved()
    {
        // The largest overlap (a b c) would leave the others without a counterpart: four moves instead of three.
        const LanguageGroups before = groupsOf({{"a", "b", "c", "d", "e"}, {"f", "g"}, {"z"}});
        const LanguageGroups after = groupsOf({{"a", "b", "c", "f", "g"}, {"d", "e"}, {"n"}});
        const GroupChange change = compareGroups(before, after);
        QCOMPARE(change.counterpart, (std::vector<std::optional<std::size_t>>{1, 0, std::nullopt}));
        QCOMPARE(change.moved, (std::vector<MovedLanguage>{{"a", 0, 0}, {"b", 0, 0}, {"c", 0, 0}}));
        QCOMPARE(change.left, Codes{"z"});
        QCOMPARE(change.joined, Codes{"n"});
        QCOMPARE(change.adjustedRand, adjustedRandIndex(before, after));
        QVERIFY(compareGroups(before, before).moved.empty());
    }

    void noPairingOfGroupsMovesFewer()
    {
        std::mt19937 engine(7);
        for (int round = 0; round < 100; ++round) {
            const Codes languages = codes(9);
            const LanguageGroups before = *groupRandomly(languages, 2 + round % 3, Seed{engine()}),
                                 after = *groupRandomly(languages, 4, Seed{engine()});
            std::vector<std::size_t> pairing = {0, 1, 2,
                                                3};  // of each group after, the one before; 4 groups, so the rest has none
            std::size_t fewest = languages.size();
            do {
                std::size_t moved = 0;
                for (const std::string& language : languages)
                    moved += pairing[*groupOf(after, language)] != *groupOf(before, language);
                fewest = std::min(fewest, moved);
            } while (std::next_permutation(pairing.begin(), pairing.end()));
            QCOMPARE(compareGroups(before, after).moved.size(), fewest);
        }
    }

    void mantelOfThreeLanguagesIsThatComputedByHand()
    {
        // Pairs (.1 .2 .6) and (.2 .1 .3): r = .04 / sqrt(.14 * .02) = .755929; of the six orders of the languages, which are
        // the six orders of the pairs, that one and (.1 .2 .3) reach it, so p tends to 1/3.
        const LanguageMatrix first = matrixOf({{}, {.9}, {.8, .4}}), second = matrixOf({{}, {.8}, {.9, .7}});
        const auto test = mantel(first, second, 20'000, Seed{1});
        QVERIFY(test);
        QVERIFY2(std::abs(test->r - 0.7559289460) < 1e-9, QByteArray::number(test->r, 'g', 12));
        QVERIFY2(std::abs(test->p - 1.0 / 3) < 0.01, QByteArray::number(test->p));
        QCOMPARE(test->languages, 3);
    }

    void aMatrixAgreesWithItselfInAnyOrderOfItsLanguages()
    {
        std::mt19937 engine(3);
        const LanguageMatrix matrix = randomMatrix(engine, 9);
        LanguageMatrix turned(std::vector<std::string>(matrix.languages().rbegin(), matrix.languages().rend()));
        for (std::size_t a = 0; a < 9; ++a)
            for (std::size_t b = 0; b < a; ++b) turned.set(8 - a, 8 - b, matrix.at(a, b));
        const auto test = mantel(matrix, turned, 999, Seed{1});
        QVERIFY(test && std::abs(test->r - 1) < 1e-12);
        QCOMPARE(test->p, 1.0 / 1'000);
        QCOMPARE(*mantel(matrix, turned, 999, Seed{1}), *test);
    }

    void matricesOfChanceAreRarelySignificant()
    {
        std::mt19937 engine(4);
        int significant = 0;
        for (int round = 0; round < 200; ++round)
            significant += mantel(randomMatrix(engine, 8), randomMatrix(engine, 8), 199, Seed{1})->p <= 0.05;
        QVERIFY2(significant >= 2 && significant <= 22, QByteArray::number(significant));  // 10 are expected
    }

    void mantelSaysWhatItCannotCompare()
    {
        std::mt19937 engine(5);
        const auto refused = mantel(randomMatrix(engine, 2), randomMatrix(engine, 5), 9, {});
        QCOMPARE(QString::fromStdString(refused.error().message),
                 QString("the two matrices share 2 languages; expected three at least to compare their similarities"));
        QVERIFY(!mantel(LanguageMatrix({"l0", "l1", "l2"}), randomMatrix(engine, 3), 9, {}));
        const auto constant = mantel(matrixOf({{}, {.5}, {.5, .5}}), randomMatrix(engine, 3), 9, {});
        QVERIFY(constant && std::isnan(constant->r) && std::isnan(constant->p));
    }
};

QTEST_GUILESS_MAIN(GroupComparisonTest)
#include "group_comparison_test.moc"
