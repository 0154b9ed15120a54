// Norms over rows: both twins against the formula in fp64.
#include <QtTest>

#include "kernels/layer_norm.h"
#include "kernels/rms_norm.h"
#include "tests/kernels/twins.h"

using namespace moebel;
using namespace moebel::test;
namespace cuda = moebel::kernels::cuda;

namespace
{

constexpr float kEpsilon = 1e-5F;

/// Rows of a norm: inputs of the forward and of the backward pass.
template <typename Number>
struct Rows {
    Rows(std::int64_t rows, std::int64_t columns) : count(rows), width(columns) {}

    std::int64_t count, width;
    std::vector<Number> x = randomNumbers<Number>(count * width, 1, 2), delta = randomNumbers<Number>(count * width, 2);
    std::vector<float> weight = randomNumbers<float>(width, 3), bias = randomNumbers<float>(width, 4);
    std::vector<Number> dy = randomNumbers<Number>(count * width, 5), residual = randomNumbers<Number>(count * width, 6);
};

/// What a norm keeps and makes; the root-mean-square norm has no mean and no bias.
struct Made {
    Doubles h, y, dh, dweight, dbias;

    Outputs outputs() const { return {{"h", h}, {"y", y}, {"dh", dh}, {"dweight", dweight}, {"dbias", dbias}}; }
};

/// The formula, with the statistics of the rounded h, which is what the kernels store.
template <typename Number>
Made formula(const Rows<Number>& rows, bool isCentered)
{
    const auto at = [&](const auto& numbers, std::int64_t i) { return asDouble(numbers[std::size_t(i)]); };
    const std::int64_t width = rows.width;
    Made made{{}, {}, {}, Doubles(std::size_t(width), 0.5), Doubles(std::size_t(width), 0.25)};
    for (std::int64_t t = 0; t < rows.count; ++t) {
        Doubles h(static_cast<std::size_t>(width));
        double mean = 0, variance = 0, plain = 0, normed = 0;
        for (std::int64_t d = 0; d < width; ++d) {
            Number rounded;
            kernels::put(float(at(rows.x, t * width + d) + at(rows.delta, t * width + d)), rounded);
            h[std::size_t(d)] = asDouble(rounded);
            if (isCentered) mean += h[std::size_t(d)] / double(width);
        }
        for (const double number : h) variance += (number - mean) * (number - mean) / double(width);
        const double scale = 1 / std::sqrt(variance + double(kEpsilon));
        for (std::int64_t d = 0; d < width; ++d) {
            const double n = (h[std::size_t(d)] - mean) * scale, dy = at(rows.dy, t * width + d);
            made.h.push_back(h[std::size_t(d)]);
            made.y.push_back(n * at(rows.weight, d) + (isCentered ? at(rows.bias, d) : 0));
            if (isCentered) plain += dy * at(rows.weight, d) / double(width);
            normed += dy * at(rows.weight, d) * n / double(width);
            made.dweight[std::size_t(d)] += dy * n;
            made.dbias[std::size_t(d)] += isCentered ? dy : 0;
        }
        for (std::int64_t d = 0; d < width; ++d) {
            const double n = (h[std::size_t(d)] - mean) * scale, g = at(rows.dy, t * width + d) * at(rows.weight, d);
            made.dh.push_back((g - plain - n * normed) * scale + at(rows.residual, t * width + d));
        }
    }
    return made;
}

/// Both passes by either twin; the sums of weights start from 0.5 and 0.25, to which the passes add.
template <typename Number, typename Forward, typename Backward, typename WeightBackward>
Outputs passes(const Rows<Number>& rows, const Forward& forward, const Backward& backward, const WeightBackward& weightBackward)
{
    std::vector<Number> h(rows.x.size()), y(h.size()), dh(h.size());
    std::vector<float> mean(std::size_t(rows.count)), scale(mean.size());
    std::vector<float> dweight(std::size_t(rows.width), 0.5F), dbias(dweight.size(), 0.25F);
    forward(h.data(), y.data(), mean.data(), scale.data());
    backward(h.data(), mean.data(), scale.data(), dh.data());
    weightBackward(h.data(), mean.data(), scale.data(), dweight.data(), dbias.data());
    return Made{asDoubles(h), asDoubles(y), asDoubles(dh), asDoubles(dweight), asDoubles(dbias)}.outputs();
}

template <typename Number>
QString rmsDisagreement(std::int64_t count, std::int64_t width)
{
    const Rows<Number> r(count, width);
    const auto cpu = [&] {
        return passes(
            r,
            [&](Number* h, Number* y, float*, float* scale) {
                kernels::rmsNorm(r.x.data(), r.delta.data(), r.weight.data(), kEpsilon, count, width, h, y, scale);
            },
            [&](const Number* h, const float*, const float* scale, Number* dh) {
                kernels::rmsNormBackward(r.dy.data(), r.residual.data(), h, r.weight.data(), scale, count, width, dh);
            },
            [&](const Number* h, const float*, const float* scale, float* dweight, float*) {
                kernels::rmsNormWeightBackward(r.dy.data(), h, scale, count, width, dweight);
            });
    };
    std::vector<float> partial(std::size_t(cuda::normWeightParts(count) * width));
    const auto device = [&] {
        return passes(
            r,
            [&](Number* h, Number* y, float*, float* scale) {
                cuda::rmsNorm(r.x.data(), r.delta.data(), r.weight.data(), kEpsilon, count, width, h, y, scale, nullptr);
            },
            [&](const Number* h, const float*, const float* scale, Number* dh) {
                cuda::rmsNormBackward(r.dy.data(), r.residual.data(), h, r.weight.data(), scale, count, width, dh, nullptr);
            },
            [&](const Number* h, const float*, const float* scale, float* dweight, float*) {
                cuda::rmsNormWeightBackward(r.dy.data(), h, scale, count, width, dweight, partial.data(), nullptr);
            });
    };
    return disagreement(formula(r, false).outputs(), cpu, device, kTolerance<Number>);
}

template <typename Number>
QString layerNormDisagreement(std::int64_t count, std::int64_t width)
{
    const Rows<Number> r(count, width);
    const auto cpu = [&] {
        return passes(
            r,
            [&](Number* h, Number* y, float* mean, float* scale) {
                kernels::layerNorm(r.x.data(), r.delta.data(), r.weight.data(), r.bias.data(), kEpsilon, count, width, h, y,
                                   mean, scale);
            },
            [&](const Number* h, const float* mean, const float* scale, Number* dh) {
                kernels::layerNormBackward(r.dy.data(), r.residual.data(), h, r.weight.data(), mean, scale, count, width, dh);
            },
            [&](const Number* h, const float* mean, const float* scale, float* dweight, float* dbias) {
                kernels::layerNormWeightBackward(r.dy.data(), h, mean, scale, count, width, dweight, dbias);
            });
    };
    std::vector<float> partial(std::size_t(2 * cuda::normWeightParts(count) * width));
    const auto device = [&] {
        return passes(
            r,
            [&](Number* h, Number* y, float* mean, float* scale) {
                cuda::layerNorm(r.x.data(), r.delta.data(), r.weight.data(), r.bias.data(), kEpsilon, count, width, h, y, mean,
                                scale, nullptr);
            },
            [&](const Number* h, const float* mean, const float* scale, Number* dh) {
                cuda::layerNormBackward(r.dy.data(), r.residual.data(), h, r.weight.data(), mean, scale, count, width, dh,
                                        nullptr);
            },
            [&](const Number* h, const float* mean, const float* scale, float* dweight, float* dbias) {
                cuda::layerNormWeightBackward(r.dy.data(), h, mean, scale, count, width, dweight, dbias, partial.data(),
                                              nullptr);
            });
    };
    return disagreement(formula(r, true).outputs(), cpu, device, kTolerance<Number>);
}

}  // namespace

class NormKernelsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rmsNormIsTheFormula_data() { sizes(); }
    void rmsNormIsTheFormula();
    void layerNormIsTheFormula_data() { sizes(); }
    void layerNormIsTheFormula();
    void weightGradientOfManyRowsIsTheSameInEveryOrder();
    void withoutDeltaBiasAndResidualTheInputIsNormed();

private:
    static void sizes()
    {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("width");
        for (const auto& [rows, width] : {std::pair(1, 1), {3, 7}, {5, 129}, {2, 1024}, {150, 40}, {2, 16384}, {1, 16383}})
            QTest::addRow("%d x %d", rows, width) << rows << width;
    }
};

void NormKernelsTest::rmsNormIsTheFormula()
{
    QFETCH(int, rows);
    QFETCH(int, width);
    QCOMPARE(rmsDisagreement<float>(rows, width), QString());
    QCOMPARE(rmsDisagreement<BFloat16>(rows, width), QString());
}

void NormKernelsTest::layerNormIsTheFormula()
{
    QFETCH(int, rows);
    QFETCH(int, width);
    QCOMPARE(layerNormDisagreement<float>(rows, width), QString());
    QCOMPARE(layerNormDisagreement<BFloat16>(rows, width), QString());
}

/// More rows than the most parts hold one round of.
void NormKernelsTest::weightGradientOfManyRowsIsTheSameInEveryOrder()
{
    constexpr std::int64_t kRows = 17001, kWidth = 3;
    const auto dy = randomNumbers<float>(kRows * kWidth, 1), h = randomNumbers<float>(kRows * kWidth, 2);
    const auto scale = randomNumbers<float>(kRows, 3);
    Doubles truth(kWidth);
    for (std::size_t i = 0; i < dy.size(); ++i) truth[i % kWidth] += double(dy[i]) * double(h[i]) * double(scale[i / kWidth]);
    std::vector<float> partial(std::size_t(cuda::normWeightParts(kRows) * kWidth));
    const auto device = [&] {
        std::vector<float> dweight(kWidth);
        cuda::rmsNormWeightBackward(dy.data(), h.data(), scale.data(), kRows, kWidth, dweight.data(), partial.data(), nullptr);
        return Outputs{{"dweight", asDoubles(dweight)}};
    };
    const auto cpu = [&] {
        std::vector<float> dweight(kWidth);
        kernels::rmsNormWeightBackward(dy.data(), h.data(), scale.data(), kRows, kWidth, dweight.data());
        return Outputs{{"dweight", asDoubles(dweight)}};
    };
    QCOMPARE(disagreement({{"dweight", truth}}, cpu, device, 2e-5), QString());
}

void NormKernelsTest::withoutDeltaBiasAndResidualTheInputIsNormed()
{
    constexpr std::int64_t kWidth = 100;
    Rows<float> r(1, kWidth);
    std::vector<float> y(kWidth), other(kWidth), mean(1), scale(1), dh(kWidth);
    kernels::layerNorm<float>(r.x.data(), nullptr, r.weight.data(), nullptr, kEpsilon, 1, kWidth, nullptr, y.data(),
                              mean.data(), scale.data());
    cuda::layerNorm<float>(r.x.data(), nullptr, r.weight.data(), nullptr, kEpsilon, 1, kWidth, nullptr, other.data(),
                           mean.data(), scale.data(), nullptr);
    std::fill(r.delta.begin(), r.delta.end(), 0.0F);
    std::fill(r.bias.begin(), r.bias.end(), 0.0F);
    std::fill(r.residual.begin(), r.residual.end(), 0.0F);
    const Made truth = formula(r, true);
    QCOMPARE(difference("the CPU twin", {{"y", asDoubles(y)}}, {{"y", truth.y}}, 2e-5), QString());
    QCOMPARE(difference("the CUDA twin", {{"y", asDoubles(other)}}, {{"y", truth.y}}, 2e-5), QString());
    for (const bool isCuda : {false, true}) {
        if (isCuda)
            cuda::layerNormBackward<float>(r.dy.data(), nullptr, r.x.data(), r.weight.data(), mean.data(), scale.data(), 1,
                                           kWidth, dh.data(), nullptr);
        else
            kernels::layerNormBackward<float>(r.dy.data(), nullptr, r.x.data(), r.weight.data(), mean.data(), scale.data(), 1,
                                              kWidth, dh.data());
        QCOMPARE(difference("the gradient", {{"dh", asDoubles(dh)}}, {{"dh", truth.dh}}, 2e-5), QString());
    }
}

QTEST_GUILESS_MAIN(NormKernelsTest)
#include "norm_kernels_test.moc"
