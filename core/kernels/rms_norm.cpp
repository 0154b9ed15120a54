#include "kernels/rms_norm.h"

#include <algorithm>
#include <cmath>

#include "kernels/vector_math.h"

namespace moebel::kernels
{
namespace
{

MOEBEL_VECTOR_CLONES
float sumOfSquares(const float* h, std::int64_t width)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t d = 0; d < width; ++d) sum += h[d] * h[d];
    return sum;
}

MOEBEL_VECTOR_CLONES
void add(const float* x, const float* delta, std::int64_t width, float* h)
{
#pragma omp simd
    for (std::int64_t d = 0; d < width; ++d) h[d] = x[d] + delta[d];
}

MOEBEL_VECTOR_CLONES
void scaled(const float* h, const float* weight, float scale, std::int64_t width, float* y)
{
#pragma omp simd
    for (std::int64_t d = 0; d < width; ++d) y[d] = h[d] * scale * weight[d];
}

MOEBEL_VECTOR_CLONES
float weightedDot(const float* dy, const float* weight, const float* h, std::int64_t width)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t d = 0; d < width; ++d) sum += dy[d] * weight[d] * h[d];
    return sum;
}

MOEBEL_VECTOR_CLONES
void backwardRow(const float* dy, const float* h, const float* weight, float scale, float inner, std::int64_t width, float* dh)
{
#pragma omp simd
    for (std::int64_t d = 0; d < width; ++d) dh[d] = dy[d] * weight[d] * scale - h[d] * inner;
}

MOEBEL_VECTOR_CLONES
void addWeightGradient(const float* dy, const float* h, float scale, std::int64_t width, float* dweight)
{
#pragma omp simd
    for (std::int64_t d = 0; d < width; ++d) dweight[d] += dy[d] * h[d] * scale;
}

}  // namespace

void rmsNorm(const float* x_TD, const float* delta_TD, const float* weight_D, float epsilon, std::int64_t rows,
             std::int64_t width, float* h_TD, float* y_TD, float* scale_T)
{
    for (std::int64_t t = 0; t < rows; ++t) {
        const float* h = x_TD + t * width;
        if (delta_TD != nullptr) {
            add(h, delta_TD + t * width, width, h_TD + t * width);
            h = h_TD + t * width;
        }
        scale_T[t] = 1.0F / std::sqrt(sumOfSquares(h, width) / float(width) + epsilon);
        scaled(h, weight_D, scale_T[t], width, y_TD + t * width);
    }
}

void rmsNormBackward(const float* dy_TD, const float* residual_TD, const float* h_TD, const float* weight_D,
                     const float* scale_T, std::int64_t rows, std::int64_t width, float* dh_TD)
{
    for (std::int64_t t = 0; t < rows; ++t) {
        const float* dy = dy_TD + t * width;
        const float* h = h_TD + t * width;
        float* dh = dh_TD + t * width;
        const float scale = scale_T[t];
        const float inner = weightedDot(dy, weight_D, h, width) * scale * scale * scale / float(width);
        backwardRow(dy, h, weight_D, scale, inner, width, dh);
        if (residual_TD != nullptr) add(dh, residual_TD + t * width, width, dh);
    }
}

void rmsNormWeightBackward(const float* dy_TD, const float* h_TD, const float* scale_T, std::int64_t rows, std::int64_t width,
                           float* dweight_D)
{
    for (std::int64_t t = 0; t < rows; ++t)
        addWeightGradient(dy_TD + t * width, h_TD + t * width, scale_T[t], width, dweight_D);
}

}  // namespace moebel::kernels
