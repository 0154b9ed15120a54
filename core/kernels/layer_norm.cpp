#include "kernels/layer_norm.h"

#include <cmath>

#include "kernels/norm_row.h"

namespace moebel::kernels
{
namespace
{

template <typename Number>
[[gnu::always_inline]] inline float sumBody(const Number* h, std::int64_t width)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t d = 0; d < width; ++d) sum += toFloat(h[d]);
    return sum;
}

template <typename Number>
[[gnu::always_inline]] inline float squaredDeviationsBody(const Number* h, float mean, std::int64_t width)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t d = 0; d < width; ++d) sum += (toFloat(h[d]) - mean) * (toFloat(h[d]) - mean);
    return sum;
}

template <typename Number>
[[gnu::always_inline]] inline void normedBody(const Number* h, const float* weight, const float* bias, float mean, float scale,
                                              std::int64_t width, Number* y)
{
    if (bias == nullptr) {
#pragma omp simd
        for (std::int64_t d = 0; d < width; ++d) put((toFloat(h[d]) - mean) * scale * weight[d], y[d]);
        return;
    }
#pragma omp simd
    for (std::int64_t d = 0; d < width; ++d) put((toFloat(h[d]) - mean) * scale * weight[d] + bias[d], y[d]);
}

/// Means over the row of g = dy * weight and of g times the normed h.
struct GradientMeans {
    float plain = 0, normed = 0;
};

template <typename Number>
[[gnu::always_inline]] inline GradientMeans gradientMeansBody(const Number* dy, const Number* h, const float* weight,
                                                              float mean, float scale, std::int64_t width)
{
    float plain = 0, normed = 0;
#pragma omp simd reduction(+ : plain, normed)
    for (std::int64_t d = 0; d < width; ++d) {
        const float g = toFloat(dy[d]) * weight[d];
        plain += g;
        normed += g * ((toFloat(h[d]) - mean) * scale);
    }
    return {plain / float(width), normed / float(width)};
}

template <typename Number>
[[gnu::always_inline]] inline void backwardRowBody(const Number* dy, const Number* residual, const Number* h,
                                                   const float* weight, float mean, float scale, GradientMeans means,
                                                   std::int64_t width, Number* dh)
{
    const auto through = [&](std::int64_t d) {
        return (toFloat(dy[d]) * weight[d] - means.plain - (toFloat(h[d]) - mean) * scale * means.normed) * scale;
    };
    if (residual == nullptr) {
#pragma omp simd
        for (std::int64_t d = 0; d < width; ++d) put(through(d), dh[d]);
        return;
    }
#pragma omp simd
    for (std::int64_t d = 0; d < width; ++d) put(through(d) + toFloat(residual[d]), dh[d]);
}

template <typename Number>
[[gnu::always_inline]] inline void addWeightGradientBody(const Number* dy, const Number* h, float mean, float scale,
                                                         std::int64_t width, float* dweight, float* dbias)
{
#pragma omp simd
    for (std::int64_t d = 0; d < width; ++d) {
        dweight[d] += toFloat(dy[d]) * (toFloat(h[d]) - mean) * scale;
        dbias[d] += toFloat(dy[d]);
    }
}

// Templates cannot be compiled for several instruction sets, so that each type has its functions.
MOEBEL_VECTOR_CLONES
float sum(const float* h, std::int64_t width) { return sumBody(h, width); }
MOEBEL_VECTOR_CLONES
float sum(const BFloat16* h, std::int64_t width) { return sumBody(h, width); }
MOEBEL_VECTOR_CLONES
float squaredDeviations(const float* h, float mean, std::int64_t width) { return squaredDeviationsBody(h, mean, width); }
MOEBEL_VECTOR_CLONES
float squaredDeviations(const BFloat16* h, float mean, std::int64_t width) { return squaredDeviationsBody(h, mean, width); }
MOEBEL_VECTOR_CLONES
void normed(const float* h, const float* weight, const float* bias, float mean, float scale, std::int64_t width, float* y)
{
    normedBody(h, weight, bias, mean, scale, width, y);
}
MOEBEL_VECTOR_CLONES
void normed(const BFloat16* h, const float* weight, const float* bias, float mean, float scale, std::int64_t width, BFloat16* y)
{
    normedBody(h, weight, bias, mean, scale, width, y);
}
MOEBEL_VECTOR_CLONES
GradientMeans gradientMeans(const float* dy, const float* h, const float* weight, float mean, float scale, std::int64_t width)
{
    return gradientMeansBody(dy, h, weight, mean, scale, width);
}
MOEBEL_VECTOR_CLONES
GradientMeans gradientMeans(const BFloat16* dy, const BFloat16* h, const float* weight, float mean, float scale,
                            std::int64_t width)
{
    return gradientMeansBody(dy, h, weight, mean, scale, width);
}
MOEBEL_VECTOR_CLONES
void backwardRow(const float* dy, const float* residual, const float* h, const float* weight, float mean, float scale,
                 GradientMeans means, std::int64_t width, float* dh)
{
    backwardRowBody(dy, residual, h, weight, mean, scale, means, width, dh);
}
MOEBEL_VECTOR_CLONES
void backwardRow(const BFloat16* dy, const BFloat16* residual, const BFloat16* h, const float* weight, float mean, float scale,
                 GradientMeans means, std::int64_t width, BFloat16* dh)
{
    backwardRowBody(dy, residual, h, weight, mean, scale, means, width, dh);
}
MOEBEL_VECTOR_CLONES
void addWeightGradient(const float* dy, const float* h, float mean, float scale, std::int64_t width, float* dweight,
                       float* dbias)
{
    addWeightGradientBody(dy, h, mean, scale, width, dweight, dbias);
}
MOEBEL_VECTOR_CLONES
void addWeightGradient(const BFloat16* dy, const BFloat16* h, float mean, float scale, std::int64_t width, float* dweight,
                       float* dbias)
{
    addWeightGradientBody(dy, h, mean, scale, width, dweight, dbias);
}

}  // namespace

template <typename Number>
void layerNorm(const Number* x_TD, const Number* delta_TD, const float* weight_D, const float* bias_D, float epsilon,
               std::int64_t rows, std::int64_t width, Number* h_TD, Number* y_TD, float* mean_T, float* scale_T)
{
    for (std::int64_t t = 0; t < rows; ++t) {
        const Number* h = residualSum(x_TD + t * width, delta_TD, h_TD, t, width);
        mean_T[t] = sum(h, width) / float(width);
        scale_T[t] = 1.0F / std::sqrt(squaredDeviations(h, mean_T[t], width) / float(width) + epsilon);
        normed(h, weight_D, bias_D, mean_T[t], scale_T[t], width, y_TD + t * width);
    }
}

template <typename Number>
void layerNormBackward(const Number* dy_TD, const Number* residual_TD, const Number* h_TD, const float* weight_D,
                       const float* mean_T, const float* scale_T, std::int64_t rows, std::int64_t width, Number* dh_TD)
{
    for (std::int64_t t = 0; t < rows; ++t) {
        const Number* dy = dy_TD + t * width;
        const Number* h = h_TD + t * width;
        const GradientMeans means = gradientMeans(dy, h, weight_D, mean_T[t], scale_T[t], width);
        backwardRow(dy, residual_TD == nullptr ? nullptr : residual_TD + t * width, h, weight_D, mean_T[t], scale_T[t], means,
                    width, dh_TD + t * width);
    }
}

template <typename Number>
void layerNormWeightBackward(const Number* dy_TD, const Number* h_TD, const float* mean_T, const float* scale_T,
                             std::int64_t rows, std::int64_t width, float* dweight_D, float* dbias_D)
{
    for (std::int64_t t = 0; t < rows; ++t)
        addWeightGradient(dy_TD + t * width, h_TD + t * width, mean_T[t], scale_T[t], width, dweight_D, dbias_D);
}

template void layerNorm(const float*, const float*, const float*, const float*, float, std::int64_t, std::int64_t, float*,
                        float*, float*, float*);
template void layerNormBackward(const float*, const float*, const float*, const float*, const float*, const float*,
                                std::int64_t, std::int64_t, float*);
template void layerNormWeightBackward(const float*, const float*, const float*, const float*, std::int64_t, std::int64_t,
                                      float*, float*);
template void layerNorm(const BFloat16*, const BFloat16*, const float*, const float*, float, std::int64_t, std::int64_t,
                        BFloat16*, BFloat16*, float*, float*);
template void layerNormBackward(const BFloat16*, const BFloat16*, const BFloat16*, const float*, const float*, const float*,
                                std::int64_t, std::int64_t, BFloat16*);
template void layerNormWeightBackward(const BFloat16*, const BFloat16*, const float*, const float*, std::int64_t, std::int64_t,
                                      float*, float*);

}  // namespace moebel::kernels
