// AdamW and the norm of all gradients: both twins against the formulas in fp64.
#include <QtTest>

#include "kernels/adamw.h"
#include "kernels/global_norm.h"
#include "tests/kernels/twins.h"

using namespace moebel;
using namespace moebel::test;
namespace cuda = moebel::kernels::cuda;

namespace
{

const kernels::AdamWStep kStep{.learningRate = 1e-2, .beta1 = 0.9, .beta2 = 0.95, .epsilon = 1e-8, .weightDecay = 0.1};

/// The state of one tensor after some steps; `hasWeight`: with bf16 weights beside the masters.
template <typename Number, typename Step>
Outputs stepped(std::int64_t size, bool hasWeight, float scale, const Step& step)
{
    const auto gradient = randomNumbers<Number>(size, 1);
    std::vector<float> master = randomNumbers<float>(size, 2), first(master.size()), second(master.size());
    std::vector<BFloat16> weight(master.size());
    const std::vector<float> scales{scale};
    kernels::AdamWStep now = kStep;
    for (; now.step <= 3; ++now.step)
        step(now, kernels::AdamWTensors<Number>{gradient.data(), scales.data(), master.data(), first.data(), second.data(),
                                                hasWeight ? weight.data() : nullptr, size});
    Outputs made = {{"master", asDoubles(master)}, {"first moment", asDoubles(first)}, {"second moment", asDoubles(second)}};
    if (hasWeight) made.push_back({"weight", asDoubles(weight)});
    return made;
}

template <typename Number>
Outputs adamWFormula(std::int64_t size, double scale)
{
    const Doubles gradient = asDoubles(randomNumbers<Number>(size, 1));
    Outputs made = {{"master", asDoubles(randomNumbers<float>(size, 2))},
                    {"first moment", Doubles(gradient.size())},
                    {"second moment", Doubles(gradient.size())}};
    for (int step = 1; step <= 3; ++step) {
        for (std::size_t i = 0; i < gradient.size(); ++i) {
            const double g = gradient[i] * scale;
            double &w = made[0].numbers[i], &m = made[1].numbers[i], &v = made[2].numbers[i];
            m = kStep.beta1 * m + (1 - kStep.beta1) * g;
            v = kStep.beta2 * v + (1 - kStep.beta2) * g * g;
            w -= kStep.learningRate * kStep.weightDecay * w;
            w -= kStep.learningRate * (m / (1 - std::pow(kStep.beta1, step))) /
                 (std::sqrt(v / (1 - std::pow(kStep.beta2, step))) + kStep.epsilon);
        }
    }
    return made;
}

template <typename Number>
QString adamWDisagreement(std::int64_t size)
{
    const auto cpu = [&] { return stepped<Number>(size, false, 0.5F, kernels::adamW<Number>); };
    const auto device = [&] {
        return stepped<Number>(size, false, 0.5F, [](const auto&... a) { cuda::adamW<Number>(a..., nullptr); });
    };
    return disagreement(adamWFormula<Number>(size, 0.5), cpu, device, 2e-6);
}

/// Norm and scale of spans of these sizes.
template <typename Number>
QString normDisagreement(const std::vector<std::int64_t>& sizes, double most)
{
    std::vector<std::vector<Number>> tensors;
    std::vector<kernels::NumberSpan<Number>> spans;
    for (const std::int64_t size : sizes) tensors.push_back(randomNumbers<Number>(size, 10 + tensors.size()));
    double sum = 0;
    for (const std::vector<Number>& tensor : tensors) {
        spans.push_back({tensor.data(), std::int64_t(tensor.size())});
        for (const Number number : tensor) sum += asDouble(number) * asDouble(number);
    }
    const double norm = std::sqrt(sum);
    const Outputs truth = {{"norm", {norm}}, {"scale", {most > 0 && norm > most ? most / norm : 1}}};
    const auto made = [&](const auto& kernel) {
        std::vector<float> found(2);
        kernel(spans.data(), std::int64_t(spans.size()), most, found.data(), found.data() + 1);
        return Outputs{{"norm", {double(found[0])}}, {"scale", {double(found[1])}}};
    };
    std::vector<double> partials(cuda::kPartials, std::nan(""));
    const auto device = [&] { return made([&](auto... a) { cuda::globalNorm<Number>(a..., partials.data(), nullptr); }); };
    return disagreement(
        truth, [&] { return made(kernels::globalNorm<Number>); }, device, 1e-6);
}

}  // namespace

class OptimizerKernelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void adamWIsTheFormula();
    void bf16WeightsAreRoundedMasters();
    void aScaleThatIsNoNumberMakesNoStep();
    void normIsThatOfAllGradients_data();
    void normIsThatOfAllGradients();
    void aNormThatIsNotFiniteGivesNoScale();
};

void OptimizerKernelsTest::adamWIsTheFormula()
{
    for (const std::int64_t size : {0, 1, 7, 64, 4097, 20000}) {
        QCOMPARE(adamWDisagreement<float>(size), QString());
        QCOMPARE(adamWDisagreement<BFloat16>(size), QString());
    }
}

void OptimizerKernelsTest::bf16WeightsAreRoundedMasters()
{
    for (const std::int64_t size : {5, 4096}) {
        const Outputs cpu = stepped<BFloat16>(size, true, 1.0F, kernels::adamW<BFloat16>);
        const Outputs device =
            stepped<BFloat16>(size, true, 1.0F, [](const auto&... a) { cuda::adamW<BFloat16>(a..., nullptr); });
        for (const Outputs* outputs : {&cpu, &device}) {
            for (std::size_t i = 0; i < std::size_t(size); ++i) {
                BFloat16 rounded;
                kernels::put(float((*outputs)[0].numbers[i]), rounded);
                QCOMPARE((*outputs)[3].numbers[i], asDouble(rounded));
            }
        }
    }
}

void OptimizerKernelsTest::aScaleThatIsNoNumberMakesNoStep()
{
    const Doubles before = asDoubles(randomNumbers<float>(100, 2));
    for (const float scale : {std::nanf(""), INFINITY}) {
        QCOMPARE(stepped<float>(100, false, scale, kernels::adamW<float>)[0].numbers, before);
        QCOMPARE(stepped<float>(100, false, scale, [](const auto&... a) { cuda::adamW<float>(a..., nullptr); })[0].numbers,
                 before);
    }
}

void OptimizerKernelsTest::normIsThatOfAllGradients_data()
{
    QTest::addColumn<std::vector<std::int64_t>>("sizes");
    QTest::newRow("none") << std::vector<std::int64_t>{};
    QTest::newRow("empty ones") << std::vector<std::int64_t>{0, 0};
    QTest::newRow("one number") << std::vector<std::int64_t>{1};
    QTest::newRow("of many sizes") << std::vector<std::int64_t>{5, 0, 70000, 1, 32768, 0, 31, 131072};
    QTest::newRow("more than fit one launch") << std::vector<std::int64_t>(130, 33);
    QTest::newRow("many empty ones first") << [] {
        std::vector<std::int64_t> sizes(200, 0);
        sizes.resize(210, 17);
        return sizes;
    }();
}

void OptimizerKernelsTest::normIsThatOfAllGradients()
{
    QFETCH(std::vector<std::int64_t>, sizes);
    for (const double most : {0.0, 1.0, 1e6}) QCOMPARE(normDisagreement<float>(sizes, most), QString());
    QCOMPARE(normDisagreement<BFloat16>(sizes, 1.0), QString());
}

void OptimizerKernelsTest::aNormThatIsNotFiniteGivesNoScale()
{
    for (const float bad : {std::nanf(""), INFINITY}) {
        std::vector<float> gradient(50, 1.0F);
        gradient[49] = bad;
        const kernels::NumberSpan<float> span{gradient.data(), 50};
        std::vector<float> found{0, 1};  // norm, scale
        kernels::globalNorm(&span, 1, 1.0, found.data(), found.data() + 1);
        QVERIFY(!std::isfinite(found[0]) && std::isnan(found[1]));
        found = {0, 1};
        std::vector<double> partials(cuda::kPartials);
        cuda::globalNorm(&span, 1, 1.0, found.data(), found.data() + 1, partials.data(), nullptr);
        QVERIFY(!std::isfinite(found[0]) && std::isnan(found[1]));
    }
}

QTEST_GUILESS_MAIN(OptimizerKernelsTest)
#include "optimizer_kernels_test.moc"
