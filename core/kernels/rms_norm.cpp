#include "kernels/rms_norm.h"

#include <cmath>

#include "kernels/norm_row.h"

namespace moebel::kernels
{
namespace
{

template <typename Number>
[[gnu::always_inline]] inline float sumOfSquaresBody(const Number* h, std::int64_t width)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t d = 0; d < width; ++d) sum += toFloat(h[d]) * toFloat(h[d]);
    return sum;
}

template <typename Number>
[[gnu::always_inline]] inline void scaledBody(const Number* h, const float* weight, float scale, std::int64_t width, Number* y)
{
#pragma omp simd
    for (std::int64_t d = 0; d < width; ++d) put(toFloat(h[d]) * scale * weight[d], y[d]);
}

template <typename Number>
[[gnu::always_inline]] inline float weightedDotBody(const Number* dy, const float* weight, const Number* h, std::int64_t width)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t d = 0; d < width; ++d) sum += toFloat(dy[d]) * weight[d] * toFloat(h[d]);
    return sum;
}

template <typename Number>
[[gnu::always_inline]] inline void backwardRowBody(const Number* dy, const Number* residual, const Number* h,
                                                   const float* weight, float scale, float inner, std::int64_t width,
                                                   Number* dh)
{
    if (residual == nullptr) {
#pragma omp simd
        for (std::int64_t d = 0; d < width; ++d) put(toFloat(dy[d]) * weight[d] * scale - toFloat(h[d]) * inner, dh[d]);
        return;
    }
#pragma omp simd
    for (std::int64_t d = 0; d < width; ++d)
        put(toFloat(dy[d]) * weight[d] * scale - toFloat(h[d]) * inner + toFloat(residual[d]), dh[d]);
}

template <typename Number>
[[gnu::always_inline]] inline void addWeightGradientBody(const Number* dy, const Number* h, float scale, std::int64_t width,
                                                         float* dweight)
{
#pragma omp simd
    for (std::int64_t d = 0; d < width; ++d) dweight[d] += toFloat(dy[d]) * toFloat(h[d]) * scale;
}

// Templates cannot be compiled for several instruction sets, so that each type has its functions.
MOEBEL_VECTOR_CLONES
float sumOfSquares(const float* h, std::int64_t width) { return sumOfSquaresBody(h, width); }
MOEBEL_VECTOR_CLONES
float sumOfSquares(const BFloat16* h, std::int64_t width) { return sumOfSquaresBody(h, width); }
MOEBEL_VECTOR_CLONES
void scaled(const float* h, const float* weight, float scale, std::int64_t width, float* y)
{
    scaledBody(h, weight, scale, width, y);
}
MOEBEL_VECTOR_CLONES
void scaled(const BFloat16* h, const float* weight, float scale, std::int64_t width, BFloat16* y)
{
    scaledBody(h, weight, scale, width, y);
}
MOEBEL_VECTOR_CLONES
float weightedDot(const float* dy, const float* weight, const float* h, std::int64_t width)
{
    return weightedDotBody(dy, weight, h, width);
}
MOEBEL_VECTOR_CLONES
float weightedDot(const BFloat16* dy, const float* weight, const BFloat16* h, std::int64_t width)
{
    return weightedDotBody(dy, weight, h, width);
}
MOEBEL_VECTOR_CLONES
void backwardRow(const float* dy, const float* residual, const float* h, const float* weight, float scale, float inner,
                 std::int64_t width, float* dh)
{
    backwardRowBody(dy, residual, h, weight, scale, inner, width, dh);
}
MOEBEL_VECTOR_CLONES
void backwardRow(const BFloat16* dy, const BFloat16* residual, const BFloat16* h, const float* weight, float scale, float inner,
                 std::int64_t width, BFloat16* dh)
{
    backwardRowBody(dy, residual, h, weight, scale, inner, width, dh);
}
MOEBEL_VECTOR_CLONES
void addWeightGradient(const float* dy, const float* h, float scale, std::int64_t width, float* dweight)
{
    addWeightGradientBody(dy, h, scale, width, dweight);
}
MOEBEL_VECTOR_CLONES
void addWeightGradient(const BFloat16* dy, const BFloat16* h, float scale, std::int64_t width, float* dweight)
{
    addWeightGradientBody(dy, h, scale, width, dweight);
}

}  // namespace

template <typename Number>
void rmsNorm(const Number* x_TD, const Number* delta_TD, const float* weight_D, float epsilon, std::int64_t rows,
             std::int64_t width, Number* h_TD, Number* y_TD, float* scale_T)
{
    for (std::int64_t t = 0; t < rows; ++t) {
        const Number* h = residualSum(x_TD + t * width, delta_TD, h_TD, t, width);
        scale_T[t] = 1.0F / std::sqrt(sumOfSquares(h, width) / float(width) + epsilon);
        scaled(h, weight_D, scale_T[t], width, y_TD + t * width);
    }
}

template <typename Number>
void rmsNormBackward(const Number* dy_TD, const Number* residual_TD, const Number* h_TD, const float* weight_D,
                     const float* scale_T, std::int64_t rows, std::int64_t width, Number* dh_TD)
{
    for (std::int64_t t = 0; t < rows; ++t) {
        const Number* dy = dy_TD + t * width;
        const Number* h = h_TD + t * width;
        const float scale = scale_T[t];
        const float inner = weightedDot(dy, weight_D, h, width) * scale * scale * scale / float(width);
        backwardRow(dy, residual_TD == nullptr ? nullptr : residual_TD + t * width, h, weight_D, scale, inner, width,
                    dh_TD + t * width);
    }
}

template <typename Number>
void rmsNormWeightBackward(const Number* dy_TD, const Number* h_TD, const float* scale_T, std::int64_t rows, std::int64_t width,
                           float* dweight_D)
{
    for (std::int64_t t = 0; t < rows; ++t)
        addWeightGradient(dy_TD + t * width, h_TD + t * width, scale_T[t], width, dweight_D);
}

template void rmsNorm(const float*, const float*, const float*, float, std::int64_t, std::int64_t, float*, float*, float*);
template void rmsNormBackward(const float*, const float*, const float*, const float*, const float*, std::int64_t, std::int64_t,
                              float*);
template void rmsNormWeightBackward(const float*, const float*, const float*, std::int64_t, std::int64_t, float*);
template void rmsNorm(const BFloat16*, const BFloat16*, const float*, float, std::int64_t, std::int64_t, BFloat16*, BFloat16*,
                      float*);
template void rmsNormBackward(const BFloat16*, const BFloat16*, const BFloat16*, const float*, const float*, std::int64_t,
                              std::int64_t, BFloat16*);
template void rmsNormWeightBackward(const BFloat16*, const BFloat16*, const float*, std::int64_t, std::int64_t, float*);

}  // namespace moebel::kernels
