// Root-mean-square norm with the residual sum in front of it: h = x + delta, y = h / sqrt(mean(h^2) + epsilon) * weight.
#pragma once

#include <cstdint>

namespace moebel::kernels
{

/// Rows of width D. `delta_TD` null: h is x and `h_TD` is not written. `scale_T` keeps 1 / sqrt(mean(h^2) + epsilon).
void rmsNorm(const float* x_TD, const float* delta_TD, const float* weight_D, float epsilon, std::int64_t rows,
             std::int64_t width, float* h_TD, float* y_TD, float* scale_T);

/// dh_TD = residual gradient (null: 0) + gradient through the norm.
void rmsNormBackward(const float* dy_TD, const float* residual_TD, const float* h_TD, const float* weight_D,
                     const float* scale_T, std::int64_t rows, std::int64_t width, float* dh_TD);

/// dweight_D += sum over rows of dy * h * scale.
void rmsNormWeightBackward(const float* dy_TD, const float* h_TD, const float* scale_T, std::int64_t rows, std::int64_t width,
                           float* dweight_D);

}  // namespace moebel::kernels
