// The router's choice, its losses and its statistics: both twins against the formulas in fp64.
#include <QtTest>
#include <algorithm>
#include <numeric>

#include "kernels/gate_topk.h"
#include "kernels/router_losses.h"
#include "kernels/routing_count.h"
#include "tests/kernels/twins.h"

using namespace moebel;
using namespace moebel::test;
namespace cuda = moebel::kernels::cuda;

namespace
{

Doubles softmax(const Doubles& z)
{
    const double highest = *std::max_element(z.begin(), z.end());
    Doubles made;
    for (const double number : z) made.push_back(std::exp(number - highest));
    const double sum = std::accumulate(made.begin(), made.end(), 0.0);
    for (double& number : made) number /= sum;
    return made;
}

Doubles rowOf(const std::vector<float>& numbers, std::int64_t row, std::int64_t width)
{
    return asDoubles(std::vector<float>(numbers.begin() + row * width, numbers.begin() + (row + 1) * width));
}

/// Scores, weights, ids, counts, and the gradient of the logits where those of scores and weights are given.
Outputs gateFormula(const std::vector<float>& logits, std::int64_t tokens, std::int64_t experts, std::int64_t topK,
                    bool renormalise, const std::vector<float>& dscores, const std::vector<float>& dweights)
{
    Outputs made = {
        {"scores", {}}, {"weights", {}}, {"ids", {}}, {"counts", Doubles(std::size_t(experts), 3)}, {"dlogits", {}}};
    for (std::int64_t t = 0; t < tokens; ++t) {
        const Doubles scores = softmax(rowOf(logits, t, experts));
        std::vector<std::size_t> best(scores.size());
        std::iota(best.begin(), best.end(), 0);
        std::stable_sort(best.begin(), best.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
        best.resize(std::size_t(topK));
        double sum = 0, mean = 0, inner = 0;
        for (const std::size_t e : best) sum += scores[e];
        Doubles gradient = rowOf(dscores, t, experts);
        for (std::size_t k = 0; k < best.size(); ++k) {
            made[1].numbers.push_back(renormalise ? scores[best[k]] / sum : scores[best[k]]);
            made[2].numbers.push_back(double(best[k]));
            made[3].numbers[best[k]] += 1;
            mean += double(dweights[std::size_t(t * topK) + k]) * scores[best[k]] / sum;
        }
        for (std::size_t k = 0; k < best.size(); ++k) {
            const double dweight = double(dweights[std::size_t(t * topK) + k]);
            gradient[best[k]] += renormalise ? (dweight - mean) / sum : dweight;
        }
        for (std::size_t e = 0; e < scores.size(); ++e) inner += scores[e] * gradient[e];
        for (std::size_t e = 0; e < scores.size(); ++e) {
            made[0].numbers.push_back(scores[e]);
            made[4].numbers.push_back(scores[e] * (gradient[e] - inner));
        }
    }
    return made;
}

template <typename Forward, typename Backward>
Outputs gatePasses(std::size_t scores, std::size_t slots, std::int64_t experts, const Forward& forward,
                   const Backward& backward)
{
    std::vector<float> scores_TE(scores), weights_TK(slots), dlogits_TE(scores);
    Ids ids_TK(slots), counts(std::size_t(experts), 3);  // counts are added to what is there
    forward(scores_TE.data(), weights_TK.data(), ids_TK.data(), counts.data());
    backward(scores_TE.data(), weights_TK.data(), ids_TK.data(), dlogits_TE.data());
    return {{"scores", asDoubles(scores_TE)},
            {"weights", asDoubles(weights_TK)},
            {"ids", asDoubles(ids_TK)},
            {"counts", asDoubles(counts)},
            {"dlogits", asDoubles(dlogits_TE)}};
}

}  // namespace

class RouterKernelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void gateKeepsTheBestOfASoftmax_data();
    void gateKeepsTheBestOfASoftmax();
    void idsStayValidWhereScoresAreNoNumbers();
    void tooManyExpertsAreRefused();
    void balanceLossIsTheFormula_data() { sizes(); }
    void balanceLossIsTheFormula();
    void priorLossIsTheFormula_data() { sizes(); }
    void priorLossIsTheFormula();
    void statisticsAreSumsByLanguageAndExpert_data();
    void statisticsAreSumsByLanguageAndExpert();

private:
    static void sizes()
    {
        QTest::addColumn<int>("tokens");
        QTest::addColumn<int>("experts");
        for (const auto& [tokens, experts] : {std::pair(1, 1), {1, 2}, {37, 3}, {300, 8}, {65, 128}, {16500, 2}})
            QTest::addRow("%d tokens, %d experts", tokens, experts) << tokens << experts;
    }
};

void RouterKernelsTest::gateKeepsTheBestOfASoftmax_data()
{
    QTest::addColumn<int>("tokens");
    QTest::addColumn<int>("experts");
    QTest::addColumn<int>("topK");
    for (const auto& [tokens, experts, topK] : {std::tuple(1, 1, 1),
                                                {1, 2, 2},
                                                {37, 3, 2},
                                                {9, 8, 8},
                                                {100, 5, 1},
                                                {20, 33, 4},
                                                {17, 64, 8},
                                                {11, 128, 8},
                                                {3, 200, 2}})
        QTest::addRow("%d tokens, top-%d of %d", tokens, topK, experts) << tokens << experts << topK;
}

void RouterKernelsTest::gateKeepsTheBestOfASoftmax()
{
    QFETCH(int, tokens);
    QFETCH(int, experts);
    QFETCH(int, topK);
    const std::int64_t t = tokens, e = experts, k = topK;
    const auto logits = randomNumbers<float>(t * e, 1, 4), dscores = randomNumbers<float>(t * e, 2);
    const auto dweights = randomNumbers<float>(t * k, 3);
    for (const bool renormalise : {true, false}) {
        const auto cpu = [&] {
            return gatePasses(
                logits.size(), dweights.size(), e,
                [&](auto... a) { kernels::gateTopK(logits.data(), t, e, k, renormalise, a...); },
                [&](const float* scores, const float* weights, const std::int64_t* ids, float* dlogits) {
                    kernels::gateTopKBackward(dscores.data(), dweights.data(), scores, weights, ids, t, e, k, renormalise,
                                              dlogits);
                });
        };
        const auto device = [&] {
            return gatePasses(
                logits.size(), dweights.size(), e,
                [&](auto... a) { cuda::gateTopK(logits.data(), t, e, k, renormalise, a..., nullptr); },
                [&](const float* scores, const float* weights, const std::int64_t* ids, float* dlogits) {
                    cuda::gateTopKBackward(dscores.data(), dweights.data(), scores, weights, ids, t, e, k, renormalise, dlogits,
                                           nullptr);
                });
        };
        QCOMPARE(disagreement(gateFormula(logits, t, e, k, renormalise, dscores, dweights), cpu, device, 2e-5), QString());
    }
}

void RouterKernelsTest::idsStayValidWhereScoresAreNoNumbers()
{
    const std::vector<float> logits(40, std::nanf(""));
    std::vector<float> scores(40), weights(8);
    Ids ids(8), truth(8);
    std::iota(truth.begin(), truth.end(), 0);
    kernels::gateTopK(logits.data(), 1, 40, 8, true, scores.data(), weights.data(), ids.data());
    QCOMPARE(ids, truth);
    cuda::gateTopK(logits.data(), 1, 40, 8, true, scores.data(), weights.data(), ids.data(), nullptr, nullptr);
    QCOMPARE(ids, truth);
    QVERIFY(std::isnan(weights[0]));
}

void RouterKernelsTest::tooManyExpertsAreRefused()
{
    QCOMPARE(cuda::gateTopK(nullptr, 1, cuda::kMostExperts + 1, 1, true, nullptr, nullptr, nullptr, nullptr, nullptr),
             cudaErrorInvalidValue);
    QCOMPARE(cuda::gateTopKBackward(nullptr, nullptr, nullptr, nullptr, nullptr, 1, 2, 3, true, nullptr, nullptr),
             cudaErrorInvalidValue);
}

void RouterKernelsTest::balanceLossIsTheFormula()
{
    QFETCH(int, tokens);
    QFETCH(int, experts);
    const auto scores = randomNumbers<float>(tokens * experts, 1);
    const Ids counts = randomIds(experts, 100, 2);
    constexpr double kFactor = 0.01;
    Outputs truth = {{"loss", {0}}, {"dscores", {}}};
    for (int t = 0; t < tokens; ++t) {
        for (int e = 0; e < experts; ++e) {
            const double slope = kFactor * double(counts[std::size_t(e)]) / tokens;
            truth[0].numbers[0] += slope * double(scores[std::size_t(t * experts + e)]);
            truth[1].numbers.push_back(slope);
        }
    }
    const auto made = [&](const auto& kernel) {
        std::vector<double> loss(1), partials(cuda::kPartials);
        std::vector<float> dscores(scores.size());
        kernel(loss.data(), dscores.data(), partials.data());
        return Outputs{{"loss", loss}, {"dscores", asDoubles(dscores)}};
    };
    const auto cpu = [&](double* loss, float* dscores, double*) {
        kernels::balanceLoss(scores.data(), counts.data(), tokens, experts, kFactor, loss, dscores);
    };
    const auto device = [&](double* loss, float* dscores, double* partials) {
        cuda::balanceLoss(scores.data(), counts.data(), tokens, experts, kFactor, loss, dscores, partials, nullptr);
    };
    QCOMPARE(disagreement(
                 truth, [&] { return made(cpu); }, [&] { return made(device); }, 1e-7),
             QString());
}

void RouterKernelsTest::priorLossIsTheFormula()
{
    QFETCH(int, tokens);
    QFETCH(int, experts);
    const auto logits = randomNumbers<float>(tokens * experts, 1, 5);
    const std::unique_ptr<bool[]> isCounted(new bool[std::size_t(tokens)]);
    for (int t = 0; t < tokens; ++t) isCounted[std::size_t(t)] = t % 3 != 1;
    constexpr double kFactor = 0.125;
    for (const kernels::PriorOver over : {kernels::PriorOver::Logits, kernels::PriorOver::Scores}) {
        if (tokens > 10000 && over == kernels::PriorOver::Logits) continue;  // once is enough of many blocks
        Outputs truth = {{"loss", {0}}, {"dlogits", {}}};
        for (int t = 0; t < tokens; ++t) {
            if (!isCounted[std::size_t(t)]) {
                truth[1].numbers.resize(truth[1].numbers.size() + std::size_t(experts));
                continue;
            }
            const Doubles row = rowOf(logits, t, experts), scores = softmax(row);
            Doubles gradient = softmax(over == kernels::PriorOver::Scores ? scores : row);
            truth[0].numbers[0] -= kFactor * std::log(gradient[0]);
            gradient[0] -= 1;
            const double inner = std::inner_product(gradient.begin(), gradient.end(), scores.begin(), 0.0);
            for (std::size_t e = 0; e < gradient.size(); ++e)
                truth[1].numbers.push_back(
                    kFactor * (over == kernels::PriorOver::Scores ? scores[e] * (gradient[e] - inner) : gradient[e]));
        }
        const auto made = [&](const auto& kernel) {
            std::vector<double> loss(1), partials(cuda::kPartials);
            std::vector<float> dlogits(logits.size());
            kernel(loss.data(), dlogits.data(), partials.data());
            return Outputs{{"loss", loss}, {"dlogits", asDoubles(dlogits)}};
        };
        const auto cpu = [&](double* loss, float* dlogits, double*) {
            kernels::priorLoss(logits.data(), isCounted.get(), tokens, experts, over, kFactor, loss, dlogits);
        };
        const auto device = [&](double* loss, float* dlogits, double* partials) {
            cuda::priorLoss(logits.data(), isCounted.get(), tokens, experts, over, kFactor, loss, dlogits, partials, nullptr);
        };
        QCOMPARE(disagreement(
                     truth, [&] { return made(cpu); }, [&] { return made(device); }, 2e-6),
                 QString());
    }
}

void RouterKernelsTest::statisticsAreSumsByLanguageAndExpert_data()
{
    QTest::addColumn<int>("sequences");
    QTest::addColumn<int>("length");
    QTest::addColumn<int>("experts");
    QTest::addColumn<int>("topK");
    QTest::newRow("one token") << 1 << 1 << 1 << 1;
    QTest::newRow("a language a token") << 70 << 1 << 4 << 2;
    QTest::newRow("sequences") << 7 << 13 << 33 << 3;
    QTest::newRow("many experts") << 3 << 50 << 128 << 8;
}

/// Two layers into one array over languages and the experts of both; the second layer's sums begin behind the first one's.
void RouterKernelsTest::statisticsAreSumsByLanguageAndExpert()
{
    QFETCH(int, sequences);
    QFETCH(int, length);
    QFETCH(int, experts);
    QFETCH(int, topK);
    constexpr std::int64_t kLanguages = 5;
    const std::int64_t tokens = sequences * length, width = 2 * experts;
    const Ids languages = randomIds(sequences, kLanguages + 1, 1);  // the last one is none of them
    const Ids ids = randomIds(2 * tokens * topK, experts, 2);
    const auto weights = randomNumbers<float>(2 * tokens * topK, 3), scores = randomNumbers<float>(2 * tokens * experts, 4);
    Outputs truth = {{"count", {}}, {"top one", {}}, {"gate mass", {}}, {"soft score", {}}};
    for (Output& output : truth) output.numbers.resize(std::size_t(kLanguages * width), 2);
    for (std::int64_t token = 0; token < 2 * tokens; ++token) {
        const std::int64_t language = languages[std::size_t(token % tokens / length)];
        if (language >= kLanguages) continue;
        const auto at = [&](std::int64_t expert) { return std::size_t(language * width + token / tokens * experts + expert); };
        for (std::int64_t k = 0; k < topK; ++k) {
            const auto slot = std::size_t(token * topK + k);
            truth[0].numbers[at(ids[slot])] += 1;
            truth[1].numbers[at(ids[slot])] += k == 0 ? 1 : 0;
            truth[2].numbers[at(ids[slot])] += double(weights[slot]);
        }
        for (std::int64_t e = 0; e < experts; ++e) truth[3].numbers[at(e)] += double(scores[std::size_t(token * experts + e)]);
    }
    const auto made = [&](const auto& kernel) {
        std::vector<Doubles> sums(4, Doubles(std::size_t(kLanguages * width), 2));  // added to
        for (std::int64_t layer = 0; layer < 2; ++layer) {
            const std::int64_t first = layer * tokens;
            const kernels::LayerDecisions decisions{ids.data() + first * topK,
                                                    weights.data() + first * topK,
                                                    scores.data() + first * experts,
                                                    languages.data(),
                                                    length,
                                                    tokens,
                                                    topK,
                                                    experts};
            const std::int64_t offset = layer * experts;
            kernel(decisions, kLanguages,
                   kernels::RoutingSums{sums[0].data() + offset, sums[1].data() + offset, sums[2].data() + offset,
                                        sums[3].data() + offset, width});
        }
        return Outputs{{"count", sums[0]}, {"top one", sums[1]}, {"gate mass", sums[2]}, {"soft score", sums[3]}};
    };
    const auto device = [&] { return made([](const auto&... a) { cuda::accumulateRouting(a..., nullptr); }); };
    QCOMPARE(disagreement(
                 truth, [&] { return made(kernels::accumulateRouting); }, device, 1e-13),
             QString());
}

QTEST_GUILESS_MAIN(RouterKernelsTest)
#include "router_kernels_test.moc"
