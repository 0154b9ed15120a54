// AdamW (Loshchilov and Hutter, algorithm 2) over one tensor in one pass: fp32 master weights and moments, and the bf16 weights
// that products read rounded from the masters. Number, that of the gradient: float or BFloat16.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/bfloat16.h"
#include "kernels/stream.h"

namespace moebel::kernels
{

struct AdamWStep {
    double learningRate = 0;
    double beta1 = 0.9, beta2 = 0.999;
    double epsilon = 1e-8;
    double weightDecay = 0;  ///< times the learning rate, taken from the weight
    std::int64_t step = 1;   ///< counted from 1
};

/// What a step reads and writes, `size` numbers each.
template <typename Number>
struct AdamWTensors {
    const Number* gradient = nullptr;
    const float* gradientScale = nullptr;  ///< one number, times the gradient (clipping); null: 1; not finite: no step is made
    float* master = nullptr;
    float* firstMoment = nullptr;
    float* secondMoment = nullptr;
    BFloat16* weight = nullptr;  ///< null: the masters are what products read
    std::int64_t size = 0;
};

template <typename Number>
void adamW(const AdamWStep& step, const AdamWTensors<Number>& tensors);

extern template void adamW(const AdamWStep&, const AdamWTensors<float>&);
extern template void adamW(const AdamWStep&, const AdamWTensors<BFloat16>&);

/// The step's numbers as one element needs them; both twins make them here.
struct AdamWFactors {
    explicit AdamWFactors(const AdamWStep& step)
        : decay(float(1.0 - step.learningRate * step.weightDecay)),
          beta1(float(step.beta1)),
          beta2(float(step.beta2)),
          rate(float(step.learningRate / (1.0 - std::pow(step.beta1, double(step.step))))),
          inverseRootOfBias2(float(1.0 / std::sqrt(1.0 - std::pow(step.beta2, double(step.step))))),
          epsilon(float(step.epsilon))
    {
    }

    float decay;  ///< 1 - learning rate * weight decay
    float beta1, beta2;
    float rate;                ///< learning rate / (1 - beta1^step)
    float inverseRootOfBias2;  ///< 1 / sqrt(1 - beta2^step)
    float epsilon;
};

namespace cuda
{

template <typename Number>
LaunchStatus adamW(const AdamWStep& step, const AdamWTensors<Number>& tensors, Stream stream);

}  // namespace cuda
}  // namespace moebel::kernels
