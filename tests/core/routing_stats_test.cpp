#include <QtTest>
#include <array>
#include <cmath>

#include "moebel/analysis/routing_stats.h"
#include "moebel/analysis/score.h"

using namespace moebel;

namespace {

// Two languages, a layer of three experts, a dense layer, a layer of two; ten tokens of language 1 with top-2.
RoutingStats drawn()
{
    RoutingStats stats({3, 1, 2}, 2);
    const LanguageId language{1};
    stats.tokens(language) = 10;
    const double rows[][6] = {{8, 7, 5, 0, 10, 10}, {6, 3, 1, 0, 4, 6}, {5, 3, 2, 0, 4.5, 5.5}, {5, 3, 2, 0, 4, 6}};
    for (const RoutingKind kind : kRoutingKinds) std::copy_n(rows[int(kind)], 6, stats.row(kind, language));
    return stats;
}

}  // namespace

class RoutingStatsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rowsAreRaggedByLayer()
    {
        const RoutingStats stats = drawn();
        QCOMPARE(stats.rowSize(), 6);
        QCOMPARE(stats.offset(LayerId{2}), 4);
        QCOMPARE(stats.at(RoutingKind::GateMass, LanguageId{1}, ExpertId{{2}, 1}), 5.5);
        QCOMPARE(stats.at(RoutingKind::GateMass, LanguageId{0}, ExpertId{{2}, 1}), 0.0);
    }

    // methods.md, acceptance check 51.
    void scoresSumToOneAndSelectionSharesToTopK()
    {
        const RoutingStats stats = drawn();
        double score = 0, selected = 0, top = 0, gate = 0;
        for (int e = 0; e < 3; ++e) {
            const ExpertId expert{{0}, e};
            score += meanScore(stats, LanguageId{1}, expert);
            selected += selectionShare(stats, LanguageId{1}, expert);
            top += topOneShare(stats, LanguageId{1}, expert);
            gate += gateShare(stats, LanguageId{1}, expert);
        }
        QCOMPARE(score, 1.0);
        QCOMPARE(selected, 2.0);
        QCOMPARE(top, 1.0);
        QCOMPARE(gate, 1.0);
        QCOMPARE(meanScore(stats, LanguageId{1}, ExpertId{{0}, 0}), 0.5);
    }

    void withoutTokensOrRouterThereIsNoNumber()
    {
        const RoutingStats stats = drawn();
        QVERIFY(std::isnan(meanScore(stats, LanguageId{0}, ExpertId{{0}, 0})));
        QVERIFY(std::isnan(meanScore(stats, LanguageId{1}, ExpertId{{1}, 0})));
        QVERIFY(std::isnan(routingEntropy(stats, LanguageId{1}, LayerId{1})));
        QVERIFY(std::isnan(loadImbalance(stats, LayerId{1})));
    }

    void entropyAndImbalanceFollowTheirFormulas()
    {
        const RoutingStats stats = drawn();
        QCOMPARE(routingEntropy(stats, LanguageId{1}, LayerId{0}), -(0.5 * std::log(0.5) + 0.3 * std::log(0.3) + 0.2 * std::log(0.2)));
        QCOMPARE(loadImbalance(stats, LayerId{2}), 1.0);
        QCOMPARE(loadImbalance(stats, LayerId{0}), 8.0 * 3 / 20);
    }

    void windowsAdd()
    {
        RoutingStats sum = drawn();
        sum.add(drawn());
        QCOMPARE(sum.tokens(LanguageId{1}), 20.0);
        QCOMPARE(sum.at(RoutingKind::Count, LanguageId{1}, ExpertId{{0}, 0}), 16.0);
        QCOMPARE(meanScore(sum, LanguageId{1}, ExpertId{{0}, 0}), 0.5);
    }

    void theForgettingReportComparesMeansOfRoles()
    {
        const auto score = [](const char* language, LanguageRole role, const char* checkpoint, double value) {
            return Score{"bits-per-byte", "bits-per-byte", language, role, checkpoint, 0, value, 0.01, 5};
        };
        std::vector<Score> scores = {
            score("en", LanguageRole::Original, "base", 2.0),     score("es", LanguageRole::Original, "base", 1.0),
            score("en", LanguageRole::Original, "post-pretraining", 3.0), score("es", LanguageRole::Original, "post-pretraining", 2.0),
            score("el", LanguageRole::Expanded, "base", 4.0),     score("el", LanguageRole::Expanded, "post-pretraining", 3.0)};
        QVERIFY(!forgettingReport(scores).complete);
        scores.push_back(score("en", LanguageRole::Original, "review", 2.2));
        scores.push_back(score("es", LanguageRole::Original, "review", 1.2));
        scores.push_back(score("el", LanguageRole::Expanded, "review", 3.1));
        const ForgettingReport report = forgettingReport(scores);
        QVERIFY(report.complete);
        QCOMPARE(report.original.base, 1.5);
        QVERIFY(std::abs(report.restored - 0.8) < 1e-12);
        QVERIFY(std::abs(report.kept - 0.9) < 1e-12);
    }
    void theForgettingReportTellsEarlierLanguagesApart()
    {
        const auto score = [](const char* language, LanguageRole role, const char* checkpoint, double value, bool isEarlier) {
            return Score{"bits-per-byte", "bits-per-byte", language, role, checkpoint, 0, value, 0.01, 5, {}, isEarlier};
        };
        std::vector<Score> scores;
        const auto add = [&](const char* language, LanguageRole role, bool isEarlier, std::array<double, 3> values) {
            const char* const checkpoints[] = {"base", "post-pretraining", "review"};
            for (std::size_t i = 0; i < 3; ++i) scores.push_back(score(language, role, checkpoints[i], values[i], isEarlier));
        };
        add("en", LanguageRole::Original, false, {2.0, 3.0, 2.25});
        add("hi", LanguageRole::Expanded, false, {4.0, 2.0, 2.5});
        QVERIFY(!forgettingReport(scores).hasEarlier && forgettingReport(scores).complete);
        add("el", LanguageRole::Expanded, true, {2.5, 3.5, 3.0});
        const ForgettingReport report = forgettingReport(scores);
        QVERIFY(report.complete && report.hasEarlier);
        QCOMPARE(report.earlier, (CohortScores{2.5, 3.5, 3.0}));
        QCOMPARE(report.expanded, (CohortScores{4.0, 2.0, 2.5}));
        QCOMPARE(report.restored, 0.75);
        QCOMPARE(report.earlierRestored, 0.5);
        QCOMPARE(report.kept, 0.75);
    }
    void whatLostNothingHasNothingToRestore()
    {
        std::vector<Score> scores;
        for (const char* checkpoint : {"base", "post-pretraining", "review"})
            for (const LanguageRole role : {LanguageRole::Original, LanguageRole::Expanded})
                scores.push_back({"bits-per-byte", "bits-per-byte", "en", role, checkpoint, 0, 1.0, 0.01, 5});
        const ForgettingReport report = forgettingReport(scores);
        QVERIFY(report.complete);
        QVERIFY(std::isnan(report.restored) && std::isnan(report.kept));
    }
};

QTEST_GUILESS_MAIN(RoutingStatsTest)
#include "routing_stats_test.moc"
