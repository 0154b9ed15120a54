// The device's norms over rows. kCentered: layer norm, else root-mean-square norm.
//
// A block a row. The row is read again instead of being kept in registers: it was read a moment before and lies in the L1 or L2
// cache (64 KiB at width 16384), and the kernel serves every width with few registers.
#pragma once

#include "kernels/device.cuh"
#include "kernels/norm_parts.h"

namespace moebel::kernels::cuda
{

inline constexpr int kNormThreads = 512;

/// body(first column of a pack) for the packs of this thread.
template <int kCount, typename Body>
__device__ void overColumns(std::int64_t width, const Body& body)
{
    for (std::int64_t d = std::int64_t(threadIdx.x) * kCount; d < width; d += std::int64_t(blockDim.x) * kCount) body(d);
}

template <bool kCentered, int kCount, typename Number>
__global__ void __launch_bounds__(kNormThreads)
    normKernel(const Number* x_TD, const Number* delta_TD, const float* __restrict__ weight_D, const float* bias_D,
               float epsilon, std::int64_t width, Number* h_TD, Number* __restrict__ y_TD, float* mean_T, float* scale_T)
{
    float* scratch = sharedMemory<float>();
    const std::int64_t at = std::int64_t(blockIdx.x) * width;
    const Number* h = delta_TD == nullptr ? x_TD + at : h_TD + at;
    float sum = 0;  // of h or of its squares
    overColumns<kCount>(width, [&](std::int64_t d) {
        auto pack = load<kCount>(x_TD + at + d);
        if (delta_TD != nullptr) {
            const auto delta = load<kCount>(delta_TD + at + d);
#pragma unroll
            for (int n = 0; n < kCount; ++n) pack.at[n] = narrow<Number>(toFloat(pack.at[n]) + toFloat(delta.at[n]));
            store(pack, h_TD + at + d);
        }
#pragma unroll
        for (int n = 0; n < kCount; ++n) sum += kCentered ? toFloat(pack.at[n]) : toFloat(pack.at[n]) * toFloat(pack.at[n]);
    });
    sum = blockSum(sum, scratch);
    const float mean = kCentered ? sum / float(width) : 0.0F;
    if constexpr (kCentered) {
        sum = 0;
        overColumns<kCount>(width, [&](std::int64_t d) {
            const auto pack = load<kCount>(h + d);
#pragma unroll
            for (int n = 0; n < kCount; ++n) sum += (toFloat(pack.at[n]) - mean) * (toFloat(pack.at[n]) - mean);
        });
        sum = blockSum(sum, scratch);
    }
    const float scale = 1.0F / sqrtf(sum / float(width) + epsilon);
    overColumns<kCount>(width, [&](std::int64_t d) {
        auto pack = load<kCount>(h + d);
        const auto weight = load<kCount>(weight_D + d);
        Pack<float, kCount> bias{};
        if (bias_D != nullptr) bias = load<kCount>(bias_D + d);
#pragma unroll
        for (int n = 0; n < kCount; ++n)
            pack.at[n] = narrow<Number>((toFloat(pack.at[n]) - mean) * scale * weight.at[n] + bias.at[n]);
        store(pack, y_TD + at + d);
    });
    if (threadIdx.x != 0) return;
    scale_T[blockIdx.x] = scale;
    if constexpr (kCentered) mean_T[blockIdx.x] = mean;
}

/// dh = (g - mean(g) - n * mean(g * n)) * scale + residual, with g = dy * weight and n the normed h; without mean(g) where the
/// norm is not centered.
template <bool kCentered, int kCount, typename Number>
__global__ void __launch_bounds__(kNormThreads)
    normBackwardKernel(const Number* dy_TD, const Number* residual_TD, const Number* __restrict__ h_TD,
                       const float* __restrict__ weight_D, const float* mean_T, const float* __restrict__ scale_T,
                       std::int64_t width, Number* dh_TD)
{
    float* scratch = sharedMemory<float>();
    const std::int64_t at = std::int64_t(blockIdx.x) * width;
    const float mean = kCentered ? mean_T[blockIdx.x] : 0.0F, scale = scale_T[blockIdx.x];
    float plain = 0, normed = 0;
    overColumns<kCount>(width, [&](std::int64_t d) {
        const auto dy = load<kCount>(dy_TD + at + d), h = load<kCount>(h_TD + at + d);
        const auto weight = load<kCount>(weight_D + d);
#pragma unroll
        for (int n = 0; n < kCount; ++n) {
            const float g = toFloat(dy.at[n]) * weight.at[n];
            if constexpr (kCentered) plain += g;
            normed += g * ((toFloat(h.at[n]) - mean) * scale);
        }
    });
    if constexpr (kCentered) plain = blockSum(plain, scratch) / float(width);
    normed = blockSum(normed, scratch) / float(width);
    overColumns<kCount>(width, [&](std::int64_t d) {
        const auto dy = load<kCount>(dy_TD + at + d), h = load<kCount>(h_TD + at + d);
        const auto weight = load<kCount>(weight_D + d);
        Pack<Number, kCount> residual{}, dh;
        if (residual_TD != nullptr) residual = load<kCount>(residual_TD + at + d);
#pragma unroll
        for (int n = 0; n < kCount; ++n) {
            const float through =
                (toFloat(dy.at[n]) * weight.at[n] - plain - (toFloat(h.at[n]) - mean) * scale * normed) * scale;
            dh.at[n] = narrow<Number>(through + toFloat(residual.at[n]));
        }
        store(dh, dh_TD + at + d);
    });
}

inline constexpr int kPartRows = 8;  ///< threads that share a column

/// Part p of the rows, 32 columns a block: sums over the part's rows, in an order that depends on the sizes alone.
template <bool kCentered, typename Number>
__global__ void __launch_bounds__(kWarp* kPartRows)
    normWeightPartKernel(const Number* __restrict__ dy_TD, const Number* __restrict__ h_TD, const float* mean_T,
                         const float* __restrict__ scale_T, std::int64_t rows, std::int64_t width, std::int64_t parts,
                         float* partial_PD, float* bias_partial_PD)
{
    const std::int64_t column = std::int64_t(blockIdx.x) / parts * kWarp + laneIndex(), part = std::int64_t(blockIdx.x) % parts;
    const std::int64_t end = rows * (part + 1) / parts;
    float weight = 0, bias = 0;
    if (column < width) {
        for (std::int64_t t = rows * part / parts + warpIndex(); t < end; t += kPartRows) {
            const float dy = toFloat(dy_TD[t * width + column]);
            const float mean = kCentered ? mean_T[t] : 0.0F;
            weight += dy * (toFloat(h_TD[t * width + column]) - mean) * scale_T[t];
            bias += dy;
        }
    }
    float* sums = sharedMemory<float>();  // [2, kPartRows, kWarp]
    sums[threadIdx.x] = weight;
    sums[kPartRows * kWarp + threadIdx.x] = bias;
    __syncthreads();
    if (warpIndex() != 0 || column >= width) return;
    for (int row = 1; row < kPartRows; ++row) {
        weight += sums[row * kWarp + laneIndex()];
        bias += sums[(kPartRows + row) * kWarp + laneIndex()];
    }
    partial_PD[part * width + column] = weight;
    if constexpr (kCentered) bias_partial_PD[part * width + column] = bias;
}

/// sum_D += the parts, one after the other.
static __global__ void addPartsKernel(const float* __restrict__ partial_PD, std::int64_t parts, std::int64_t width,
                                      float* sum_D)
{
    const std::int64_t column = std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
    if (column >= width) return;
    float sum = 0;
    for (std::int64_t part = 0; part < parts; ++part) sum += partial_PD[part * width + column];
    sum_D[column] += sum;
}

template <bool kCentered, typename Number>
LaunchStatus norm(const Number* x, const Number* delta, const float* weight, const float* bias, float epsilon,
                  std::int64_t rows, std::int64_t width, Number* h, Number* y, float* mean, float* scale, Stream stream)
{
    constexpr int kWide = kPack<Number>;
    const bool packs = isPackable(width, kWide, x, delta, weight, bias, h, y);
    return launch(packs ? normKernel<kCentered, kWide, Number> : normKernel<kCentered, 1, Number>, rows,
                  threadsFor(width / (packs ? kWide : 1), kNormThreads), kWarp * sizeof(float), stream, x, delta, weight, bias,
                  epsilon, width, h, y, mean, scale);
}

template <bool kCentered, typename Number>
LaunchStatus normBackward(const Number* dy, const Number* residual, const Number* h, const float* weight, const float* mean,
                          const float* scale, std::int64_t rows, std::int64_t width, Number* dh, Stream stream)
{
    constexpr int kWide = kPack<Number>;
    const bool packs = isPackable(width, kWide, dy, residual, h, weight, dh);
    return launch(packs ? normBackwardKernel<kCentered, kWide, Number> : normBackwardKernel<kCentered, 1, Number>, rows,
                  threadsFor(width / (packs ? kWide : 1), kNormThreads), kWarp * sizeof(float), stream, dy, residual, h, weight,
                  mean, scale, width, dh);
}

template <bool kCentered, typename Number>
LaunchStatus normWeightBackward(const Number* dy, const Number* h, const float* mean, const float* scale, std::int64_t rows,
                                std::int64_t width, float* dweight, float* dbias, float* partial, Stream stream)
{
    const std::int64_t parts = normWeightParts(rows);
    float* biasPartial = partial + parts * width;
    const LaunchStatus status =
        launch(normWeightPartKernel<kCentered, Number>, ceilDivide(width, kWarp) * parts, kWarp * kPartRows,
               2 * kWarp * kPartRows * sizeof(float), stream, dy, h, mean, scale, rows, width, parts, partial, biasPartial);
    if (status != 0) return status;
    constexpr int kThreads = 128;
    const LaunchStatus added =
        launch(addPartsKernel, ceilDivide(width, kThreads), kThreads, 0, stream, partial, parts, width, dweight);
    if (!kCentered || added != 0) return added;
    return launch(addPartsKernel, ceilDivide(width, kThreads), kThreads, 0, stream, biasPartial, parts, width, dbias);
}

}  // namespace moebel::kernels::cuda
