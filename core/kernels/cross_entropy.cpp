#include "kernels/cross_entropy.h"

#include <cmath>

#include "kernels/vector_math.h"

namespace moebel::kernels
{
namespace
{

template <typename Number>
[[gnu::always_inline]] inline float highestBody(const Number* logits, std::int64_t width)
{
    float best = toFloat(logits[0]);
#pragma omp simd reduction(max : best)
    for (std::int64_t v = 0; v < width; ++v) best = toFloat(logits[v]) > best ? toFloat(logits[v]) : best;
    return best;
}

template <typename Number>
[[gnu::always_inline]] inline float sumOfExponentialsBody(const Number* logits, float shift, std::int64_t width)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t v = 0; v < width; ++v) sum += vectorExp(toFloat(logits[v]) - shift);
    return sum;
}

template <typename Number>
[[gnu::always_inline]] inline void exponentialsBody(const Number* logits, float shift, float factor, std::int64_t width,
                                                    Number* to)
{
#pragma omp simd
    for (std::int64_t v = 0; v < width; ++v) put(factor * vectorExp(toFloat(logits[v]) - shift), to[v]);
}

// Templates cannot be compiled for several instruction sets, so that each type has its functions.
MOEBEL_VECTOR_CLONES
float highest(const float* logits, std::int64_t width) { return highestBody(logits, width); }
MOEBEL_VECTOR_CLONES
float highest(const BFloat16* logits, std::int64_t width) { return highestBody(logits, width); }
MOEBEL_VECTOR_CLONES
float sumOfExponentials(const float* logits, float shift, std::int64_t width)
{
    return sumOfExponentialsBody(logits, shift, width);
}
MOEBEL_VECTOR_CLONES
float sumOfExponentials(const BFloat16* logits, float shift, std::int64_t width)
{
    return sumOfExponentialsBody(logits, shift, width);
}
MOEBEL_VECTOR_CLONES
void exponentials(const float* logits, float shift, float factor, std::int64_t width, float* to)
{
    exponentialsBody(logits, shift, factor, width, to);
}
MOEBEL_VECTOR_CLONES
void exponentials(const BFloat16* logits, float shift, float factor, std::int64_t width, BFloat16* to)
{
    exponentialsBody(logits, shift, factor, width, to);
}

MOEBEL_VECTOR_CLONES
float exponentialsInPlace(float* logits, float shift, std::int64_t width)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t v = 0; v < width; ++v) {
        logits[v] = vectorExp(logits[v] - shift);
        sum += logits[v];
    }
    return sum;
}

MOEBEL_VECTOR_CLONES
void scaleInPlace(float* values, float factor, std::int64_t width)
{
#pragma omp simd
    for (std::int64_t v = 0; v < width; ++v) values[v] *= factor;
}

/// The logits become their softmax; returns the loss.
float softmaxInPlace(float* logits, std::int64_t target, std::int64_t vocabulary)
{
    const float shift = highest(logits, vocabulary);
    const float ofTarget = logits[target] - shift;
    const float sum = exponentialsInPlace(logits, shift, vocabulary);
    scaleInPlace(logits, 1.0F / sum, vocabulary);
    return std::log(sum) - ofTarget;
}

float softmaxInPlace(BFloat16* logits, std::int64_t target, std::int64_t vocabulary)
{
    const float shift = highest(logits, vocabulary);
    const float ofTarget = toFloat(logits[target]) - shift;
    const float sum = sumOfExponentials(logits, shift, vocabulary);
    exponentials(logits, shift, 1.0F / sum, vocabulary, logits);
    return std::log(sum) - ofTarget;
}

}  // namespace

template <typename Number>
void crossEntropyToGradient(Number* logits_RV, const std::int64_t* targets_R, std::int64_t rows, std::int64_t vocabulary,
                            float* loss_R)
{
    for (std::int64_t r = 0; r < rows; ++r) {
        Number* logits = logits_RV + r * vocabulary;
        const std::int64_t target = targets_R[r];
        loss_R[r] = 0;
        if (target < 0) {
            for (std::int64_t v = 0; v < vocabulary; ++v) logits[v] = Number{};
            continue;
        }
        loss_R[r] = softmaxInPlace(logits, target, vocabulary);
        put(std::expm1(-loss_R[r]), logits[target]);
    }
}

template <typename Number>
void crossEntropy(const Number* logits_RV, const std::int64_t* targets_R, std::int64_t rows, std::int64_t vocabulary,
                  float* loss_R, float* logSum_R)
{
    for (std::int64_t r = 0; r < rows; ++r) {
        const Number* logits = logits_RV + r * vocabulary;
        const float shift = highest(logits, vocabulary);
        const float logOfSum = std::log(sumOfExponentials(logits, shift, vocabulary));
        loss_R[r] = targets_R[r] < 0 ? 0.0F : logOfSum - (toFloat(logits[targets_R[r]]) - shift);
        if (logSum_R != nullptr) logSum_R[r] = logOfSum + shift;
    }
}

template <typename Number>
void crossEntropyBackward(const Number* logits_RV, const std::int64_t* targets_R, const float* logSum_R, const float* factor_R,
                          std::int64_t rows, std::int64_t vocabulary, Number* dlogits_RV)
{
    for (std::int64_t r = 0; r < rows; ++r) {
        const Number* logits = logits_RV + r * vocabulary;
        Number* gradient = dlogits_RV + r * vocabulary;
        const std::int64_t target = targets_R[r];
        if (target < 0) {
            for (std::int64_t v = 0; v < vocabulary; ++v) gradient[v] = Number{};
            continue;
        }
        const float factor = factor_R == nullptr ? 1.0F : factor_R[r];
        const float ofTarget = factor * std::expm1(toFloat(logits[target]) - logSum_R[r]);
        exponentials(logits, logSum_R[r], factor, vocabulary, gradient);
        put(ofTarget, gradient[target]);
    }
}

template void crossEntropyToGradient(float*, const std::int64_t*, std::int64_t, std::int64_t, float*);
template void crossEntropy(const float*, const std::int64_t*, std::int64_t, std::int64_t, float*, float*);
template void crossEntropyBackward(const float*, const std::int64_t*, const float*, const float*, std::int64_t, std::int64_t,
                                   float*);
template void crossEntropyToGradient(BFloat16*, const std::int64_t*, std::int64_t, std::int64_t, float*);
template void crossEntropy(const BFloat16*, const std::int64_t*, std::int64_t, std::int64_t, float*, float*);
template void crossEntropyBackward(const BFloat16*, const std::int64_t*, const float*, const float*, std::int64_t, std::int64_t,
                                   BFloat16*);

}  // namespace moebel::kernels
