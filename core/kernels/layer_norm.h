// Layer norm with the residual sum in front of it: h = x + delta, y = (h - mean(h)) / sqrt(var(h) + epsilon) * weight + bias,
// var being the mean of squares. Number: float or BFloat16.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"
#include "kernels/norm_parts.h"
#include "kernels/stream.h"

namespace moebel::kernels
{

/// Rows of width D. `delta_TD` null: h is x and `h_TD` is not written. `bias_D` null: 0. `mean_T`, `scale_T` keep mean(h) and
/// 1 / sqrt(var(h) + epsilon).
template <typename Number>
void layerNorm(const Number* x_TD, const Number* delta_TD, const float* weight_D, const float* bias_D, float epsilon,
               std::int64_t rows, std::int64_t width, Number* h_TD, Number* y_TD, float* mean_T, float* scale_T);

/// dh_TD = residual gradient (null: 0) + gradient through the norm.
template <typename Number>
void layerNormBackward(const Number* dy_TD, const Number* residual_TD, const Number* h_TD, const float* weight_D,
                       const float* mean_T, const float* scale_T, std::int64_t rows, std::int64_t width, Number* dh_TD);

/// dweight_D += sum over rows of dy * (h - mean) * scale; dbias_D += sum over rows of dy.
template <typename Number>
void layerNormWeightBackward(const Number* dy_TD, const Number* h_TD, const float* mean_T, const float* scale_T,
                             std::int64_t rows, std::int64_t width, float* dweight_D, float* dbias_D);

extern template void layerNorm(const float*, const float*, const float*, const float*, float, std::int64_t, std::int64_t,
                               float*, float*, float*, float*);
extern template void layerNormBackward(const float*, const float*, const float*, const float*, const float*, const float*,
                                       std::int64_t, std::int64_t, float*);
extern template void layerNormWeightBackward(const float*, const float*, const float*, const float*, std::int64_t, std::int64_t,
                                             float*, float*);
extern template void layerNorm(const BFloat16*, const BFloat16*, const float*, const float*, float, std::int64_t, std::int64_t,
                               BFloat16*, BFloat16*, float*, float*);
extern template void layerNormBackward(const BFloat16*, const BFloat16*, const BFloat16*, const float*, const float*,
                                       const float*, std::int64_t, std::int64_t, BFloat16*);
extern template void layerNormWeightBackward(const BFloat16*, const BFloat16*, const float*, const float*, std::int64_t,
                                             std::int64_t, float*, float*);

namespace cuda
{

template <typename Number>
LaunchStatus layerNorm(const Number* x_TD, const Number* delta_TD, const float* weight_D, const float* bias_D, float epsilon,
                       std::int64_t rows, std::int64_t width, Number* h_TD, Number* y_TD, float* mean_T, float* scale_T,
                       Stream stream);
template <typename Number>
LaunchStatus layerNormBackward(const Number* dy_TD, const Number* residual_TD, const Number* h_TD, const float* weight_D,
                               const float* mean_T, const float* scale_T, std::int64_t rows, std::int64_t width, Number* dh_TD,
                               Stream stream);
/// `partial_2PD`: 2 * normWeightParts(rows) * width numbers.
template <typename Number>
LaunchStatus layerNormWeightBackward(const Number* dy_TD, const Number* h_TD, const float* mean_T, const float* scale_T,
                                     std::int64_t rows, std::int64_t width, float* dweight_D, float* dbias_D,
                                     float* partial_2PD, Stream stream);

}  // namespace cuda
}  // namespace moebel::kernels
