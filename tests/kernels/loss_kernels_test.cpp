// Cross-entropy over rows of logits: both twins against the formula in fp64.
#include <QtTest>

#include "kernels/cross_entropy.h"
#include "tests/kernels/twins.h"

using namespace moebel;
using namespace moebel::test;
namespace cuda = moebel::kernels::cuda;

namespace
{

template <typename Number>
QString crossEntropyDisagreement(std::int64_t rows, std::int64_t vocabulary)
{
    const auto logits = randomNumbers<Number>(rows * vocabulary, 1, 10);
    const auto factor = randomNumbers<float>(rows, 3);
    Ids targets = randomIds(rows, vocabulary, 2);
    if (rows > 2) targets[1] = -100;  // counts for nothing
    Outputs truth = {{"loss", {}}, {"log sum", {}}, {"gradient", {}}, {"scaled gradient", {}}, {"loss again", {}}};
    for (std::int64_t r = 0; r < rows; ++r) {
        const auto at = [&](std::int64_t v) { return asDouble(logits[std::size_t(r * vocabulary + v)]); };
        double sum = 0;
        for (std::int64_t v = 0; v < vocabulary; ++v) sum += std::exp(at(v));
        const std::int64_t target = targets[std::size_t(r)];
        truth[0].numbers.push_back(target < 0 ? 0 : std::log(sum) - at(target));
        truth[1].numbers.push_back(std::log(sum));
        for (std::int64_t v = 0; v < vocabulary; ++v) {
            const double gradient = target < 0 ? 0 : std::exp(at(v)) / sum - (v == target ? 1 : 0);
            truth[2].numbers.push_back(gradient);
            truth[3].numbers.push_back(gradient * double(factor[std::size_t(r)]));
        }
    }
    truth[4].numbers = truth[0].numbers;
    const auto passes = [&](const auto& loss, const auto& toGradient, const auto& backward) {
        std::vector<float> loss_R(factor.size()), logSum_R(factor.size()), again_R(factor.size());
        std::vector<Number> gradient = logits, scaled = logits;
        loss(logits.data(), targets.data(), rows, vocabulary, loss_R.data(), logSum_R.data());
        toGradient(gradient.data(), targets.data(), rows, vocabulary, again_R.data());
        backward(scaled.data(), targets.data(), logSum_R.data(), factor.data(), rows, vocabulary, scaled.data());
        return Outputs{{"loss", asDoubles(loss_R)},
                       {"log sum", asDoubles(logSum_R)},
                       {"gradient", asDoubles(gradient)},
                       {"scaled gradient", asDoubles(scaled)},
                       {"loss again", asDoubles(again_R)}};
    };
    const auto cpu = [&] {
        return passes(kernels::crossEntropy<Number>, kernels::crossEntropyToGradient<Number>,
                      kernels::crossEntropyBackward<Number>);
    };
    const auto device = [&] {
        return passes([](auto... a) { cuda::crossEntropy<Number>(a..., nullptr); },
                      [](auto... a) { cuda::crossEntropyToGradient<Number>(a..., nullptr); },
                      [](auto... a) { cuda::crossEntropyBackward<Number>(a..., nullptr); });
    };
    return disagreement(truth, cpu, device, kTolerance<Number>);
}

}  // namespace

class LossKernelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void crossEntropyIsLogSumExpMinusTarget_data();
    void crossEntropyIsLogSumExpMinusTarget();
    void oneLogitThatIsNoNumberMakesTheLossNone();
};

void LossKernelsTest::crossEntropyIsLogSumExpMinusTarget_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("vocabulary");
    for (const auto& [rows, vocabulary] :
         {std::pair(1, 1), {7, 3}, {5, 1025}, {3, 4096}, {1, 151936}, {1, 262144}, {1, 262143}})
        QTest::addRow("%d x %d", rows, vocabulary) << rows << vocabulary;
}

void LossKernelsTest::crossEntropyIsLogSumExpMinusTarget()
{
    QFETCH(int, rows);
    QFETCH(int, vocabulary);
    QCOMPARE(crossEntropyDisagreement<float>(rows, vocabulary), QString());
    QCOMPARE(crossEntropyDisagreement<BFloat16>(rows, vocabulary), QString());
}

void LossKernelsTest::oneLogitThatIsNoNumberMakesTheLossNone()
{
    const Ids target{2};
    for (const int width : {37, 64}) {  // by single numbers and by packs
        std::vector<float> logits = randomNumbers<float>(width, 1), loss(1);
        logits[33] = std::nanf("");
        kernels::crossEntropy(logits.data(), target.data(), 1, width, loss.data());
        QVERIFY(std::isnan(loss[0]));
        loss[0] = 0;
        cuda::crossEntropy<float>(logits.data(), target.data(), 1, width, loss.data(), nullptr, nullptr);
        QVERIFY(std::isnan(loss[0]));
        std::fill(logits.begin(), logits.end(), -INFINITY);  // all but one word are forbidden
        logits[2] = 3.0F;
        cuda::crossEntropy<float>(logits.data(), target.data(), 1, width, loss.data(), nullptr, nullptr);
        QCOMPARE(loss[0], 0.0F);
    }
}

QTEST_GUILESS_MAIN(LossKernelsTest)
#include "loss_kernels_test.moc"
