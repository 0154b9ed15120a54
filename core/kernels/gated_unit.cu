#include "kernels/gated_unit.h"

#include "kernels/device.cuh"

namespace moebel::kernels::cuda
{
namespace
{

constexpr int kGatedThreads = 256;

template <typename Activation>
__device__ float gateSigmoid(float gate)
{
    return 1.0F / (1.0F + expf(-Activation::argument(gate)));
}

template <typename Activation, int kCount, typename Number>
__global__ void __launch_bounds__(kGatedThreads)
    gatedForwardKernel(const Number* __restrict__ gate, const Number* __restrict__ up, std::int64_t values,
                       Number* __restrict__ activated)
{
    const std::int64_t i = (std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x) * kCount;
    if (i >= values) return;
    const auto gates = load<kCount>(gate + i), ups = load<kCount>(up + i);
    Pack<Number, kCount> made;
#pragma unroll
    for (int n = 0; n < kCount; ++n) {
        const float g = toFloat(gates.at[n]);
        made.at[n] = narrow<Number>(g * gateSigmoid<Activation>(g) * toFloat(ups.at[n]));
    }
    store(made, activated + i);
}

/// A block a row. Every number is read before the thread that reads it writes in its place.
template <typename Activation, int kCount, typename Number>
__global__ void __launch_bounds__(kGatedThreads) gatedBackwardKernel(GatedBackward<Number> pass, std::int64_t innerWidth)
{
    const std::int64_t row = blockIdx.x, at = row * innerWidth;
    const float weight = pass.weight_R == nullptr ? 1.0F : pass.weight_R[row];
    float dweight = 0;
    for (std::int64_t f = std::int64_t(threadIdx.x) * kCount; f < innerWidth; f += std::int64_t(blockDim.x) * kCount) {
        const auto gates = load<kCount>(pass.gate_RF + at + f), ups = load<kCount>(pass.up_RF + at + f);
        const auto dactivated = load<kCount>(pass.dactivated_RF + at + f);
        Pack<Number, kCount> dgates, dups, weighted;
#pragma unroll
        for (int n = 0; n < kCount; ++n) {
            const float g = toFloat(gates.at[n]), u = toFloat(ups.at[n]), da = toFloat(dactivated.at[n]);
            const float sigmoid = gateSigmoid<Activation>(g);
            const float activated = g * sigmoid;
            dweight += da * activated * u;
            weighted.at[n] = narrow<Number>(weight * activated * u);
            dgates.at[n] = narrow<Number>(weight * da * u * sigmoid * (1.0F + g * (1.0F - sigmoid) * Activation::slope(g)));
            dups.at[n] = narrow<Number>(weight * da * activated);
        }
        store(dgates, pass.dgate_RF + at + f);
        store(dups, pass.dup_RF + at + f);
        if (pass.weighted_RF != nullptr) store(weighted, pass.weighted_RF + at + f);
    }
    if (pass.dweight_R == nullptr) return;
    dweight = blockSum(dweight, sharedMemory<float>());
    if (threadIdx.x == 0) pass.dweight_R[row] = dweight;
}

}  // namespace

template <typename Activation, typename Number>
LaunchStatus gatedUnit(const Number* gate, const Number* up, std::int64_t values, Number* activated, Stream stream)
{
    constexpr int kWide = kPack<Number>;
    const bool packs = isPackable(values, kWide, gate, up, activated);
    const std::int64_t blocks = ceilDivide(values, std::int64_t(kGatedThreads) * (packs ? kWide : 1));
    return launch(packs ? gatedForwardKernel<Activation, kWide, Number> : gatedForwardKernel<Activation, 1, Number>, blocks,
                  kGatedThreads, 0, stream, gate, up, values, activated);
}

template <typename Activation, typename Number>
LaunchStatus gatedUnitBackward(const GatedBackward<Number>& pass, std::int64_t rows, std::int64_t innerWidth, Stream stream)
{
    constexpr int kWide = kPack<Number>;
    const bool packs = isPackable(innerWidth, kWide, pass.gate_RF, pass.up_RF, pass.dactivated_RF, pass.dgate_RF, pass.dup_RF,
                                  pass.weighted_RF);
    const int threads = threadsFor(innerWidth / (packs ? kWide : 1), kGatedThreads);
    return launch(packs ? gatedBackwardKernel<Activation, kWide, Number> : gatedBackwardKernel<Activation, 1, Number>, rows,
                  threads, kWarp * sizeof(float), stream, pass, innerWidth);
}

template LaunchStatus gatedUnit<Silu>(const float*, const float*, std::int64_t, float*, Stream);
template LaunchStatus gatedUnit<Silu>(const BFloat16*, const BFloat16*, std::int64_t, BFloat16*, Stream);
template LaunchStatus gatedUnitBackward<Silu>(const GatedBackward<float>&, std::int64_t, std::int64_t, Stream);
template LaunchStatus gatedUnitBackward<Silu>(const GatedBackward<BFloat16>&, std::int64_t, std::int64_t, Stream);
template LaunchStatus gatedUnit<GeluTanh>(const float*, const float*, std::int64_t, float*, Stream);
template LaunchStatus gatedUnit<GeluTanh>(const BFloat16*, const BFloat16*, std::int64_t, BFloat16*, Stream);
template LaunchStatus gatedUnitBackward<GeluTanh>(const GatedBackward<float>&, std::int64_t, std::int64_t, Stream);
template LaunchStatus gatedUnitBackward<GeluTanh>(const GatedBackward<BFloat16>&, std::int64_t, std::int64_t, Stream);

}  // namespace moebel::kernels::cuda
