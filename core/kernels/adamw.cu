#include <cmath>

#include "kernels/adamw.h"
#include "kernels/device.cuh"

namespace moebel::kernels::cuda
{
namespace
{

constexpr int kThreads = 256;

template <int kCount, typename Number>
__global__ void __launch_bounds__(kThreads) adamWKernel(AdamWFactors factors, AdamWTensors<Number> tensors)
{
    const float scale = tensors.gradientScale == nullptr ? 1.0F : *tensors.gradientScale;
    const std::int64_t i = (std::int64_t(blockIdx.x) * kThreads + threadIdx.x) * kCount;
    if (i >= tensors.size || !isfinite(scale)) return;
    const auto gradient = load<kCount>(tensors.gradient + i);
    auto first = load<kCount>(tensors.firstMoment + i), second = load<kCount>(tensors.secondMoment + i);
    auto master = load<kCount>(tensors.master + i);
    Pack<BFloat16, kCount> weight;
#pragma unroll
    for (int n = 0; n < kCount; ++n) {
        const float g = toFloat(gradient.at[n]) * scale;
        first.at[n] += (1.0F - factors.beta1) * (g - first.at[n]);
        second.at[n] = factors.beta2 * second.at[n] + (1.0F - factors.beta2) * g * g;
        master.at[n] = master.at[n] * factors.decay -
                       factors.rate * first.at[n] / (sqrtf(second.at[n]) * factors.inverseRootOfBias2 + factors.epsilon);
        weight.at[n] = narrow<BFloat16>(master.at[n]);
    }
    store(first, tensors.firstMoment + i);
    store(second, tensors.secondMoment + i);
    store(master, tensors.master + i);
    if (tensors.weight != nullptr) store(weight, tensors.weight + i);
}

}  // namespace

template <typename Number>
LaunchStatus adamW(const AdamWStep& step, const AdamWTensors<Number>& tensors, Stream stream)
{
    constexpr int kWide = kPack<BFloat16>;
    const bool packs = isPackable(tensors.size, kWide, tensors.gradient, tensors.master, tensors.firstMoment,
                                  tensors.secondMoment, tensors.weight);
    return launch(packs ? adamWKernel<kWide, Number> : adamWKernel<1, Number>,
                  ceilDivide(tensors.size, std::int64_t(kThreads) * (packs ? kWide : 1)), kThreads, 0, stream,
                  AdamWFactors(step), tensors);
}

template LaunchStatus adamW(const AdamWStep&, const AdamWTensors<float>&, Stream);
template LaunchStatus adamW(const AdamWStep&, const AdamWTensors<BFloat16>&, Stream);

}  // namespace moebel::kernels::cuda
