#include <QtTest>
#include <algorithm>
#include <cmath>

#include "moebel/base/random.h"

using namespace moebel;

class RandomTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // Known answers of Philox-4x32-10 (kat_vectors of Random123): counter and key all zero, and all ones.
    void bitsAreThoseOfPhilox()
    {
        QCOMPARE(CounterRandom(Seed{0}, 0).bits(0), 0xe169c58d6627e8d5ULL);
        const std::uint64_t ones = ~0ULL;
        QCOMPARE(CounterRandom(Seed{ones}, ones).bits(ones), 0x41c83b0e408f276dULL);
    }

    void aDrawDependsOnSeedStreamAndIndexOnly()
    {
        const CounterRandom random(Seed{7}, 3);
        const auto tenth = random.bits(10);
        for (std::uint64_t i = 0; i < 10; ++i) (void)random.bits(i);
        QCOMPARE(random.bits(10), tenth);
        QVERIFY(CounterRandom(Seed{8}, 3).bits(10) != tenth);
        QVERIFY(CounterRandom(Seed{7}, 4).bits(10) != tenth);
    }

    void everyValueBelowTheBoundComesEquallyOften()
    {
        const CounterRandom random(Seed{1});
        std::vector<int> counts(7, 0);
        for (std::uint64_t i = 0; i < 70'000; ++i) ++counts[random.below(i, 7)];
        for (const int count : counts) QVERIFY2(std::abs(count - 10'000) < 400, qPrintable(QString::number(count)));
    }

    void normalDrawsHaveMeanZeroAndDeviationOne()
    {
        const CounterRandom random(Seed{2});
        double sum = 0, squares = 0;
        const int draws = 100'000;
        for (std::uint64_t i = 0; i < draws; ++i) {
            const double value = random.normal(i);
            QVERIFY(std::isfinite(value));
            sum += value;
            squares += value * value;
        }
        QVERIFY(std::abs(sum / draws) < 0.015);
        QVERIFY(std::abs(squares / draws - 1.0) < 0.02);
    }

    void aPermutationHoldsEachNumberOnce()
    {
        auto order = randomPermutation(1000, Seed{3}, 9);
        QCOMPARE(order, randomPermutation(1000, Seed{3}, 9));
        QVERIFY(order != randomPermutation(1000, Seed{3}, 10));
        std::sort(order.begin(), order.end());
        for (std::uint32_t i = 0; i < 1000; ++i) QCOMPARE(order[i], i);
        QVERIFY(randomPermutation(0, Seed{3}, 0).empty());
    }
};

QTEST_GUILESS_MAIN(RandomTest)
#include "random_test.moc"
