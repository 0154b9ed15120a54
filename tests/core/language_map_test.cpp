// Trees, leaf orders and points: cases computed by hand, and trials of everything where that is possible.
#include "moebel/analysis/language_map.h"

#include <QtTest>
#include <cmath>
#include <numeric>
#include <random>

#include "tests/support/language_matrices.h"

using namespace moebel;
using namespace moebel::test;

namespace
{

/// Two close pairs and a language that is nearer to the second: 0-2 .1, 1-3 .2, 4 to (1, 3) .5 and .7, the rest as given.
LanguageMatrix drawn() { return matrixOf({{}, {.9}, {.1, .8}, {.9, .2, .9}, {1, .5, 1, .7}}); }

double lengthOf(const std::vector<std::size_t>& order, const LanguageMatrix& matrix)
{
    double sum = 0;
    for (std::size_t i = 1; i < order.size(); ++i) sum += std::max(0.0, 1 - matrix.at(order[i - 1], order[i]));
    return sum;
}

/// The order in which the inner nodes of `turns` have their children exchanged.
std::vector<std::size_t> leaves(const std::vector<Merge>& tree, std::size_t node, std::size_t turns, std::size_t languages)
{
    if (node < languages) return {node};
    const Merge& merge = tree[node - languages];
    const bool turn = (turns >> (node - languages) & 1) != 0;
    auto order = leaves(tree, turn ? merge.right : merge.left, turns, languages);
    const auto rest = leaves(tree, turn ? merge.left : merge.right, turns, languages);
    order.insert(order.end(), rest.begin(), rest.end());
    return order;
}

double distanceOf(const MapPoint& a, const MapPoint& b) { return std::hypot(a.x - b.x, a.y - b.y); }

}  // namespace

class LanguageMapTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theTreeOfAverageLinkageIsThatComputedByHand()
    {
        const auto tree = dendrogram(drawn(), Linkage::Average);
        QVERIFY(tree);
        QCOMPARE(tree->size(), 4U);
        const std::vector<Merge> expected = {
            {0, 2, .1, 2}, {1, 3, .2, 2}, {6, 4, .6, 3}, {5, 7, (.9 + .9 + .8 + .9 + 1 + 1) / 6, 5}};
        for (std::size_t i = 0; i < 4; ++i) {
            QCOMPARE((*tree)[i].left, expected[i].left);
            QCOMPARE((*tree)[i].right, expected[i].right);
            QCOMPARE((*tree)[i].size, expected[i].size);
            QVERIFY2(std::abs((*tree)[i].height - expected[i].height) < 1e-12, QByteArray::number((*tree)[i].height));
        }
    }

    void theTreeOfCompleteLinkageTakesTheFarthestPairs()
    {
        const auto tree = dendrogram(drawn(), Linkage::Complete);
        QVERIFY(tree);
        const double heights[] = {.1, .2, .7, 1};
        for (std::size_t i = 0; i < 4; ++i)
            QVERIFY2(std::abs((*tree)[i].height - heights[i]) < 1e-12, QByteArray::number((*tree)[i].height));
    }

    void heightsOfRandomTreesAreTheDistancesOfTheirClusters()
    {
        std::mt19937 engine(1);
        for (int round = 0; round < 50; ++round) {
            const std::size_t languages = 2 + std::size_t(round) % 12;
            const LanguageMatrix matrix = randomMatrix(engine, languages);
            for (const Linkage linkage : {Linkage::Average, Linkage::Complete}) {
                const auto tree = *dendrogram(matrix, linkage);
                for (std::size_t k = 0; k < tree.size(); ++k) {
                    double sum = 0, most = 0;
                    const auto as = leaves(tree, tree[k].left, 0, languages), bs = leaves(tree, tree[k].right, 0, languages);
                    for (const std::size_t a : as)
                        for (const std::size_t b : bs)
                            sum += std::max(0.0, 1 - matrix.at(a, b)), most = std::max(most, 1 - matrix.at(a, b));
                    const double height = linkage == Linkage::Average ? sum / double(as.size() * bs.size()) : most;
                    QVERIFY(std::abs(tree[k].height - height) < 1e-9);
                    QVERIFY(k == 0 || tree[k].height >= tree[k - 1].height - 1e-12);
                    QCOMPARE(tree[k].size, as.size() + bs.size());
                }
            }
        }
    }

    void noOtherTurningOfTheBranchesIsShorter()
    {
        std::mt19937 engine(2);
        for (int round = 0; round < 60; ++round) {
            const std::size_t languages = 2 + std::size_t(round) % 9;
            const LanguageMatrix matrix = randomMatrix(engine, languages);
            const auto tree = *dendrogram(matrix, Linkage::Average);
            const auto order = optimalLeafOrder(tree, matrix);
            double shortest = 1e9;
            bool isATurning = false;
            for (std::size_t turns = 0; turns < std::size_t(1) << tree.size(); ++turns) {
                const auto turned = leaves(tree, languages + tree.size() - 1, turns, languages);
                shortest = std::min(shortest, lengthOf(turned, matrix));
                isATurning = isATurning || turned == order;
            }
            QVERIFY2(isATurning, "a branch crosses another");
            QVERIFY(std::abs(lengthOf(order, matrix) - shortest) < 1e-9);
            QVERIFY(order.front() < order.back());
        }
    }

    void theLeafOrderOfTheDrawnTreeIsThatFoundByHand()
    {
        // 0 2 1 3 4 is .1 + .8 + .2 + .7, 0 2 3 1 4 is .1 + .9 + .2 + .5; 2 0 and 4 in the middle are farther.
        QCOMPARE(optimalLeafOrder(*dendrogram(drawn(), Linkage::Average), drawn()), (std::vector<std::size_t>{0, 2, 3, 1, 4}));
    }

    void aSingleLanguageAndNoneHaveTreesWithoutMerges()
    {
        for (const std::size_t languages : {std::size_t(0), std::size_t(1)}) {
            const LanguageMatrix matrix(std::vector<std::string>(languages, "el"));
            const auto tree = dendrogram(matrix, Linkage::Average);
            QVERIFY(tree && tree->empty());
            QCOMPARE(optimalLeafOrder(*tree, matrix).size(), languages);
            const auto map = classicalScaling(matrix);
            QVERIFY(map && map->points == std::vector<MapPoint>(languages));
        }
    }

    void pointsOfThePlaneComeBackWithTheirDistances()
    {
        // A rectangle of 3 x 4 around the origin: x along the longer side, every distance kept.
        const auto map = classicalScaling(matrixOf({{}, {4}, {5, 3}, {3, 5, 4}}));
        QVERIFY(map);
        QVERIFY(std::abs(map->shown - 1) < 1e-9);
        const double expected[4][4] = {{0, 4, 5, 3}, {4, 0, 3, 5}, {5, 3, 0, 4}, {3, 5, 4, 0}};
        for (std::size_t a = 0; a < 4; ++a) {
            QVERIFY(std::abs(std::abs(map->points[a].x) - 2) < 1e-9 && std::abs(std::abs(map->points[a].y) - 1.5) < 1e-9);
            for (std::size_t b = 0; b < 4; ++b)
                QVERIFY(std::abs(distanceOf(map->points[a], map->points[b]) - expected[a][b]) < 1e-9);
        }
        QVERIFY(map->points[0].x > 0 && map->points[0].y > 0);  // the first of equal magnitudes
    }

    void threeEquallyFarLanguagesMakeATriangleAndALineIsFlat()
    {
        const auto triangle = classicalScaling(matrixOf({{}, {1}, {1, 1}}));
        for (std::size_t a = 0; a < 3; ++a)
            for (std::size_t b = 0; b < a; ++b)
                QVERIFY(std::abs(distanceOf(triangle->points[a], triangle->points[b]) - 1) < 1e-9);
        const auto line = classicalScaling(matrixOf({{}, {1}, {3, 2}}));
        const double places[] = {-4.0 / 3, -1.0 / 3, 5.0 / 3};  // around their mean, the farthest to the right
        for (std::size_t i = 0; i < 3; ++i)
            QVERIFY(std::abs(line->points[i].x - places[i]) < 1e-9 && std::abs(line->points[i].y) < 1e-6);
        QVERIFY(std::abs(line->shown - 1) < 1e-9);
    }

    void moreDimensionsThanTwoAreShownInPart()
    {
        const auto map = classicalScaling(matrixOf({{}, {1}, {1, 1}, {1, 1, 1}}));  // a tetrahedron has three equal ones
        QVERIFY(std::abs(map->shown - 2.0 / 3) < 1e-9);
        const auto same = classicalScaling(matrixOf({{}, {0}, {0, 0}}));
        QCOMPARE(same->shown, 0.0);
        for (const MapPoint& point : same->points) QVERIFY(point.x == 0 && point.y == 0);
    }

    void picturesOfAnUnknownPairAreRefused()
    {
        const LanguageMatrix matrix({"ar", "bn"});
        const QString expected = "the similarity of 'bn' and 'ar' is not given; expected a number for every pair of languages";
        QCOMPARE(QString::fromStdString(dendrogram(matrix, Linkage::Average).error().message), expected);
        QCOMPARE(QString::fromStdString(classicalScaling(matrix).error().message), expected);
    }
};

QTEST_GUILESS_MAIN(LanguageMapTest)
#include "language_map_test.moc"
