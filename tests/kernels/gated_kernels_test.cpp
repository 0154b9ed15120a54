// SwiGLU and GeGLU: both twins against the formula in fp64.
#include <QtTest>
#include <numbers>

#include "kernels/gated_unit.h"
#include "tests/kernels/twins.h"

using namespace moebel;
using namespace moebel::test;
namespace cuda = moebel::kernels::cuda;

namespace
{

/// A gate's activation and its slope, in fp64.
struct Activated {
    double value, slope;
};

Activated silu(double x)
{
    const double sigmoid = 1 / (1 + std::exp(-x));
    return {x * sigmoid, sigmoid * (1 + x * (1 - sigmoid))};
}

Activated gelu(double x)
{
    const double root = std::sqrt(2 / std::numbers::pi), tanh = std::tanh(root * (x + 0.044715 * x * x * x));
    return {0.5 * x * (1 + tanh), 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * root * (1 + 3 * 0.044715 * x * x)};
}

/// Calls of one unit, of either twin.
template <typename Number>
struct Unit {
    Activated (*formula)(double);
    void (*forward)(const Number*, const Number*, std::int64_t, Number*);
    void (*backward)(const kernels::GatedBackward<Number>&, std::int64_t, std::int64_t);
    cuda::LaunchStatus (*cudaForward)(const Number*, const Number*, std::int64_t, Number*, cuda::Stream);
    cuda::LaunchStatus (*cudaBackward)(const kernels::GatedBackward<Number>&, std::int64_t, std::int64_t, cuda::Stream);
};

template <typename Activation, typename Number>
Unit<Number> unitOf(Activated (*formula)(double))
{
    return {formula, kernels::gatedUnit<Activation, Number>, kernels::gatedUnitBackward<Activation, Number>,
            cuda::gatedUnit<Activation, Number>, cuda::gatedUnitBackward<Activation, Number>};
}
template <typename Number>
Unit<Number> unitOf(bool isGeglu)
{
    return isGeglu ? unitOf<kernels::GeluTanh, Number>(gelu) : unitOf<kernels::Silu, Number>(silu);
}

/// `skipped`: numbers before the first row, so that addresses are not those of 16 bytes.
template <typename Number>
QString disagreementOf(bool isGeglu, std::int64_t rows, std::int64_t width, std::int64_t skipped)
{
    const Unit<Number> unit = unitOf<Number>(isGeglu);
    const std::int64_t values = rows * width;
    const auto gate = randomNumbers<Number>(values + skipped, 1, 12), up = randomNumbers<Number>(values + skipped, 2);
    const auto dactivated = randomNumbers<Number>(values + skipped, 3);
    const auto weight = randomNumbers<float>(rows, 4);
    Outputs formula = {
        {"activated", {}}, {"dgate", {}}, {"dup", {}}, {"weighted", {}}, {"dweight", Doubles(std::size_t(rows))}};
    for (std::int64_t i = 0; i < values; ++i) {
        const auto at = std::size_t(i + skipped), row = std::size_t(i / width);
        const double u = asDouble(up[at]), da = asDouble(dactivated[at]), w = double(weight[row]);
        const Activated activated = unit.formula(asDouble(gate[at]));
        formula[0].numbers.push_back(activated.value * u);
        formula[1].numbers.push_back(w * da * u * activated.slope);
        formula[2].numbers.push_back(w * da * activated.value);
        formula[3].numbers.push_back(w * activated.value * u);
        formula[4].numbers[row] += da * activated.value * u;
    }
    const auto passes = [&](const auto& forward, const auto& backward) {
        std::vector<Number> activated(gate.size()), dgate = dactivated, dup(gate.size()), weighted(gate.size());
        std::vector<float> dweight(weight.size());
        forward(gate.data() + skipped, up.data() + skipped, values, activated.data() + skipped);
        // The gradient of the gate stands where that of the activated numbers stood.
        backward(kernels::GatedBackward<Number>{gate.data() + skipped, up.data() + skipped, dgate.data() + skipped,
                                                weight.data(), dgate.data() + skipped, dup.data() + skipped,
                                                weighted.data() + skipped, dweight.data()},
                 rows, width);
        const auto made = [&](const std::vector<Number>& numbers) {
            return asDoubles(std::vector<Number>(numbers.begin() + skipped, numbers.end()));
        };
        return Outputs{{"activated", made(activated)},
                       {"dgate", made(dgate)},
                       {"dup", made(dup)},
                       {"weighted", made(weighted)},
                       {"dweight", asDoubles(dweight)}};
    };
    const auto device = [&] {
        return passes([&](auto... a) { unit.cudaForward(a..., nullptr); },
                      [&](auto... a) { unit.cudaBackward(a..., nullptr); });
    };
    return disagreement(
        formula, [&] { return passes(unit.forward, unit.backward); }, device, kTolerance<Number>);
}

}  // namespace

class GatedKernelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void gatedUnitIsTheFormula_data();
    void gatedUnitIsTheFormula();
    void hugeGatesStayNumbers();
    void whatIsNotWantedIsNotWritten();
};

void GatedKernelsTest::gatedUnitIsTheFormula_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("skipped");
    for (const auto& [rows, width, skipped] :
         {std::tuple(1, 1, 0), {3, 7, 0}, {5, 129, 0}, {9, 64, 0}, {9, 64, 1}, {2, 5504, 0}, {1, 16384, 0}, {0, 8, 0}})
        QTest::addRow("%d x %d, %d skipped", rows, width, skipped) << rows << width << skipped;
}

void GatedKernelsTest::gatedUnitIsTheFormula()
{
    QFETCH(int, rows);
    QFETCH(int, width);
    QFETCH(int, skipped);
    for (const bool isGeglu : {false, true}) {
        QCOMPARE(disagreementOf<float>(isGeglu, rows, width, skipped), QString());
        QCOMPARE(disagreementOf<BFloat16>(isGeglu, rows, width, skipped), QString());
    }
}

void GatedKernelsTest::hugeGatesStayNumbers()
{
    const std::vector<float> gate{1e30F, -1e30F, 100.0F, -100.0F}, one(4, 1.0F);
    for (const bool isGeglu : {false, true}) {
        const Unit<float> unit = unitOf<float>(isGeglu);
        for (const bool isCuda : {false, true}) {
            std::vector<float> activated(4), dgate(4), dup(4);
            const kernels::GatedBackward<float> pass{gate.data(), one.data(), one.data(), nullptr, dgate.data(), dup.data()};
            isCuda ? void(unit.cudaForward(gate.data(), one.data(), 4, activated.data(), nullptr))
                   : unit.forward(gate.data(), one.data(), 4, activated.data());
            isCuda ? void(unit.cudaBackward(pass, 1, 4, nullptr)) : unit.backward(pass, 1, 4);
            QCOMPARE(activated, (std::vector<float>{1e30F, activated[1], 100.0F, activated[3]}));
            QVERIFY(std::abs(activated[1]) < 1e-7F && std::abs(activated[3]) < 1e-7F);
            QCOMPARE(dgate, (std::vector<float>{1.0F, dgate[1], 1.0F, dgate[3]}));
            QVERIFY(std::abs(dgate[1]) < 1e-6F && std::abs(dgate[3]) < 1e-6F);
        }
    }
}

void GatedKernelsTest::whatIsNotWantedIsNotWritten()
{
    const auto gate = randomNumbers<float>(40, 1), up = randomNumbers<float>(40, 2), da = randomNumbers<float>(40, 3);
    std::vector<float> dgate(40), dup(40), cudaGate(40), cudaUp(40);
    kernels::gatedUnitBackward<kernels::Silu, float>({gate.data(), up.data(), da.data(), nullptr, dgate.data(), dup.data()}, 4,
                                                     10);
    cuda::gatedUnitBackward<kernels::Silu, float>({gate.data(), up.data(), da.data(), nullptr, cudaGate.data(), cudaUp.data()},
                                                  4, 10, nullptr);
    QCOMPARE(difference("the CUDA twin", {{"dgate", asDoubles(cudaGate)}, {"dup", asDoubles(cudaUp)}},
                        {{"dgate", asDoubles(dgate)}, {"dup", asDoubles(dup)}}, 1e-6),
             QString());
}

QTEST_GUILESS_MAIN(GatedKernelsTest)
#include "gated_kernels_test.moc"
