#include <QtTest>
#include <cmath>
#include <numbers>

#include "moebel/analysis/routing_divergence.h"
#include "moebel/base/random.h"

using namespace moebel;

namespace {

using Profile = std::vector<double>;

RoutingStats twoLanguages(const Profile& first, const Profile& second, double tokens)
{
    RoutingStats stats({std::int64_t(first.size()), 1}, 2);
    for (std::int32_t i = 0; i < 2; ++i) {
        stats.tokens(LanguageId{i}) = tokens;
        const Profile& profile = i == 0 ? first : second;
        for (std::size_t e = 0; e < profile.size(); ++e) stats.row(RoutingKind::SoftScore, LanguageId{i})[e] = tokens * profile[e];
    }
    return stats;
}

// One-hot draws, `tokens` of them a sequence.
std::vector<SequenceProfile> drawn(const Profile& profile, int sequences, int tokens, std::uint64_t stream)
{
    const CounterRandom random(Seed{5}, stream);
    std::vector<SequenceProfile> all;
    std::uint64_t index = 0;
    for (int s = 0; s < sequences; ++s) {
        SequenceProfile one{double(tokens), std::vector<float>(profile.size() + 1, 0.0F)};
        for (int t = 0; t < tokens; ++t) {
            double left = random.uniform(index++);
            std::size_t e = 0;
            while (e + 1 < profile.size() && left >= profile[e]) left -= profile[e++];
            one.scores[e] += 1.0F / float(tokens);
        }
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace

class RoutingDivergenceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void valuesAreThoseOfTheDefinition()
    {
        const Profile p = {0.5, 0.5, 0, 0}, q = {0, 0, 0.5, 0.5};
        QCOMPARE(jensenShannon(p, q), std::numbers::ln2);
        QCOMPARE(normalisedDivergence(p, q), 1.0);  // ln 4 - ln 2 is all that is left
        QCOMPARE(jensenShannon(p, p), 0.0);
        QCOMPARE(normalisedDivergence(p, p), 0.0);
        // SciPy: jensenshannon([.7, .2, .1], [.2, .3, .5]) ** 2
        QVERIFY(std::abs(jensenShannon({0.7, 0.2, 0.1}, {0.2, 0.3, 0.5}) - 0.15135811) < 1e-6);
    }

    // Two experts out of sixteen: decided routers cannot reach 1.
    void oneHotProfilesReachOnlyWhatTheirEntropiesAllow()
    {
        Profile p(16, 0.0), q(16, 0.0);
        p[0] = q[1] = 1;
        QCOMPARE(normalisedDivergence(p, q), std::numbers::ln2 / std::log(16.0));
    }

    void uniformRoutersAndDenseLayersHaveNoDivergence()
    {
        const Profile even(8, 0.125);
        QVERIFY(std::isnan(normalisedDivergence(even, even)));
        const auto divergence = routingDivergence(twoLanguages({0.7, 0.3}, {0.4, 0.6}, 100), LanguageId{0}, {});
        QVERIFY(std::isnan(divergence.normalised[1][1]) && std::isnan(divergence.chance[1][1].high));
        QVERIFY(divergence.normalised[1][0] > 0);
        const auto none = routingDivergence(twoLanguages({0.7, 0.3}, {0.4, 0.6}, 0), LanguageId{0}, {});
        QVERIFY(std::isnan(none.normalised[1][0]));
    }

    // (E - 1)/(4 N) nats where both sides have N tokens.
    void withoutSequencesTheBandIsTheFloorOfIndependentTokens()
    {
        const Profile p = {0.7, 0.1, 0.1, 0.1};
        const auto divergence = routingDivergence(twoLanguages(p, p, 500), LanguageId{0}, {});
        QVERIFY(!divergence.fromHalves);
        double entropy = 0;
        for (double share : p) entropy -= share * std::log(share);
        QCOMPARE(divergence.chance[1][0].high, 3.0 / (4 * 500) / (std::log(4.0) - entropy));
        QCOMPARE(divergence.chance[1][0].low, 0.0);
    }

    void halvesOfOneLanguageCoverTheDivergenceOfTwoSamplesOfIt()
    {
        const Profile p = {0.4, 0.3, 0.2, 0.1};
        const RoutingProfiles profiles{{drawn(p, 40, 25, 1), drawn(p, 40, 25, 2), drawn(p, 3, 25, 3)}};
        const auto bands = halvesBand(profiles, {4, 1});
        QVERIFY(bands[0][0] == halvesBand(profiles, {4, 1})[0][0]);  // the same draws
        QVERIFY(bands[0][0].low > 0 && bands[0][0].low < bands[0][0].high);
        // Expectation (E - 1)/(4 N), N = 500 tokens a half, over ln 4 - H.
        const double expected = 3.0 / (4 * 500) / (std::log(4.0) + 0.4 * std::log(0.4) + 0.3 * std::log(0.3) +
                                                   0.2 * std::log(0.2) + 0.1 * std::log(0.1));
        QVERIFY(bands[0][0].low < expected && expected < bands[0][0].high);
        QVERIFY(std::isnan(bands[0][1].high));  // dense
        QVERIFY(std::isnan(bands[2][0].high));  // three sequences say nothing
    }

    void aboveChanceIsZeroInsideTheBandAndTheRestOutsideOfIt()
    {
        const RoutingStats stats = twoLanguages({0.7, 0.3}, {0.4, 0.6}, 1000);
        const auto wide = routingDivergence(stats, LanguageId{0}, {{{0, 2}, {0, 2}}, {{0, 2}, {0, 2}}});
        QVERIFY(wide.fromHalves);
        QCOMPARE(wide.values(DivergenceMeasure::AboveChance)[1][0], 0.0);
        const auto narrow = routingDivergence(stats, LanguageId{0}, {{{0, 0.01}, {0, 0.01}}, {{0, 0.01}, {0, 0.01}}});
        QCOMPARE(narrow.values(DivergenceMeasure::AboveChance)[1][0], narrow.normalised[1][0] - 0.01);
        QVERIFY(std::isnan(narrow.values(DivergenceMeasure::AboveChance)[1][1]));
    }
};

QTEST_APPLESS_MAIN(RoutingDivergenceTest)
#include "routing_divergence_test.moc"
