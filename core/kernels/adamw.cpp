#include "kernels/adamw.h"

#include <cmath>

#include "kernels/vector_math.h"

namespace moebel::kernels
{
namespace
{

template <bool kWritesWeight, typename Number>
[[gnu::always_inline]] inline void stepBody(const AdamWFactors& factors, float scale, const AdamWTensors<Number>& tensors)
{
#pragma omp simd
    for (std::int64_t i = 0; i < tensors.size; ++i) {
        const float g = toFloat(tensors.gradient[i]) * scale;
        const float m = tensors.firstMoment[i] + (1.0F - factors.beta1) * (g - tensors.firstMoment[i]);
        const float v = factors.beta2 * tensors.secondMoment[i] + (1.0F - factors.beta2) * g * g;
        const float w = tensors.master[i] * factors.decay -
                        factors.rate * m / (std::sqrt(v) * factors.inverseRootOfBias2 + factors.epsilon);
        tensors.firstMoment[i] = m;
        tensors.secondMoment[i] = v;
        tensors.master[i] = w;
        if constexpr (kWritesWeight) put(w, tensors.weight[i]);
    }
}

// Templates cannot be compiled for several instruction sets, so that each type has its functions.
MOEBEL_VECTOR_CLONES
void stepNumbers(const AdamWFactors& factors, float scale, const AdamWTensors<float>& tensors)
{
    tensors.weight == nullptr ? stepBody<false>(factors, scale, tensors) : stepBody<true>(factors, scale, tensors);
}
MOEBEL_VECTOR_CLONES
void stepNumbers(const AdamWFactors& factors, float scale, const AdamWTensors<BFloat16>& tensors)
{
    tensors.weight == nullptr ? stepBody<false>(factors, scale, tensors) : stepBody<true>(factors, scale, tensors);
}

}  // namespace

template <typename Number>
void adamW(const AdamWStep& step, const AdamWTensors<Number>& tensors)
{
    const float scale = tensors.gradientScale == nullptr ? 1.0F : *tensors.gradientScale;
    if (std::isfinite(scale)) stepNumbers(AdamWFactors(step), scale, tensors);
}

template void adamW(const AdamWStep&, const AdamWTensors<float>&);
template void adamW(const AdamWStep&, const AdamWTensors<BFloat16>&);

}  // namespace moebel::kernels
