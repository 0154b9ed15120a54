#include "kernels/cross_entropy.h"

#include <cmath>

#include "kernels/vector_math.h"

namespace moebel::kernels
{
namespace
{

MOEBEL_VECTOR_CLONES
float highest(const float* logits, std::int64_t width)
{
    float best = logits[0];
#pragma omp simd reduction(max : best)
    for (std::int64_t v = 0; v < width; ++v) best = logits[v] > best ? logits[v] : best;
    return best;
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
float sumOfExponentials(const float* logits, float shift, std::int64_t width)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t v = 0; v < width; ++v) sum += vectorExp(logits[v] - shift);
    return sum;
}

MOEBEL_VECTOR_CLONES
void scaleInPlace(float* values, float factor, std::int64_t width)
{
#pragma omp simd
    for (std::int64_t v = 0; v < width; ++v) values[v] *= factor;
}

}  // namespace

void crossEntropyToGradient(float* logits_RV, const std::int64_t* targets_R, std::int64_t rows, std::int64_t vocabulary,
                            float* loss_R)
{
    for (std::int64_t r = 0; r < rows; ++r) {
        float* logits = logits_RV + r * vocabulary;
        const float shift = highest(logits, vocabulary);
        const float target = logits[targets_R[r]] - shift;
        const float sum = exponentialsInPlace(logits, shift, vocabulary);
        loss_R[r] = std::log(sum) - target;
        scaleInPlace(logits, 1.0F / sum, vocabulary);
        logits[targets_R[r]] = std::expm1(-loss_R[r]);
    }
}

void crossEntropy(const float* logits_RV, const std::int64_t* targets_R, std::int64_t rows, std::int64_t vocabulary,
                  float* loss_R)
{
    for (std::int64_t r = 0; r < rows; ++r) {
        const float* logits = logits_RV + r * vocabulary;
        const float shift = highest(logits, vocabulary);
        loss_R[r] = std::log(sumOfExponentials(logits, shift, vocabulary)) - (logits[targets_R[r]] - shift);
    }
}

}  // namespace moebel::kernels
