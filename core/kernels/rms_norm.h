// Root-mean-square norm with the residual sum in front of it: h = x + delta, y = h / sqrt(mean(h^2) + epsilon) * weight.
// Number: float or BFloat16.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"
#include "kernels/norm_parts.h"
#include "kernels/stream.h"

namespace moebel::kernels
{

/// Rows of width D. `delta_TD` null: h is x and `h_TD` is not written. `scale_T` keeps 1 / sqrt(mean(h^2) + epsilon).
template <typename Number>
void rmsNorm(const Number* x_TD, const Number* delta_TD, const float* weight_D, float epsilon, std::int64_t rows,
             std::int64_t width, Number* h_TD, Number* y_TD, float* scale_T);

/// dh_TD = residual gradient (null: 0) + gradient through the norm.
template <typename Number>
void rmsNormBackward(const Number* dy_TD, const Number* residual_TD, const Number* h_TD, const float* weight_D,
                     const float* scale_T, std::int64_t rows, std::int64_t width, Number* dh_TD);

/// dweight_D += sum over rows of dy * h * scale.
template <typename Number>
void rmsNormWeightBackward(const Number* dy_TD, const Number* h_TD, const float* scale_T, std::int64_t rows, std::int64_t width,
                           float* dweight_D);

extern template void rmsNorm(const float*, const float*, const float*, float, std::int64_t, std::int64_t, float*, float*,
                             float*);
extern template void rmsNormBackward(const float*, const float*, const float*, const float*, const float*, std::int64_t,
                                     std::int64_t, float*);
extern template void rmsNormWeightBackward(const float*, const float*, const float*, std::int64_t, std::int64_t, float*);
extern template void rmsNorm(const BFloat16*, const BFloat16*, const float*, float, std::int64_t, std::int64_t, BFloat16*,
                             BFloat16*, float*);
extern template void rmsNormBackward(const BFloat16*, const BFloat16*, const BFloat16*, const float*, const float*,
                                     std::int64_t, std::int64_t, BFloat16*);
extern template void rmsNormWeightBackward(const BFloat16*, const BFloat16*, const float*, std::int64_t, std::int64_t, float*);

namespace cuda
{

template <typename Number>
LaunchStatus rmsNorm(const Number* x_TD, const Number* delta_TD, const float* weight_D, float epsilon, std::int64_t rows,
                     std::int64_t width, Number* h_TD, Number* y_TD, float* scale_T, Stream stream);
template <typename Number>
LaunchStatus rmsNormBackward(const Number* dy_TD, const Number* residual_TD, const Number* h_TD, const float* weight_D,
                             const float* scale_T, std::int64_t rows, std::int64_t width, Number* dh_TD, Stream stream);
/// `partial_PD`: normWeightParts(rows) * width numbers.
template <typename Number>
LaunchStatus rmsNormWeightBackward(const Number* dy_TD, const Number* h_TD, const float* scale_T, std::int64_t rows,
                                   std::int64_t width, float* dweight_D, float* partial_PD, Stream stream);

}  // namespace cuda
}  // namespace moebel::kernels
