#include "kernels/rms_norm.h"
#include "kernels/row_norm.cuh"

namespace moebel::kernels::cuda
{

template <typename Number>
LaunchStatus rmsNorm(const Number* x_TD, const Number* delta_TD, const float* weight_D, float epsilon, std::int64_t rows,
                     std::int64_t width, Number* h_TD, Number* y_TD, float* scale_T, Stream stream)
{
    return norm<false, Number>(x_TD, delta_TD, weight_D, nullptr, epsilon, rows, width, h_TD, y_TD, nullptr, scale_T, stream);
}

template <typename Number>
LaunchStatus rmsNormBackward(const Number* dy_TD, const Number* residual_TD, const Number* h_TD, const float* weight_D,
                             const float* scale_T, std::int64_t rows, std::int64_t width, Number* dh_TD, Stream stream)
{
    return normBackward<false, Number>(dy_TD, residual_TD, h_TD, weight_D, nullptr, scale_T, rows, width, dh_TD, stream);
}

template <typename Number>
LaunchStatus rmsNormWeightBackward(const Number* dy_TD, const Number* h_TD, const float* scale_T, std::int64_t rows,
                                   std::int64_t width, float* dweight_D, float* partial_PD, Stream stream)
{
    return normWeightBackward<false, Number>(dy_TD, h_TD, nullptr, scale_T, rows, width, dweight_D, nullptr, partial_PD,
                                             stream);
}

template LaunchStatus rmsNorm(const float*, const float*, const float*, float, std::int64_t, std::int64_t, float*, float*,
                              float*, Stream);
template LaunchStatus rmsNormBackward(const float*, const float*, const float*, const float*, const float*, std::int64_t,
                                      std::int64_t, float*, Stream);
template LaunchStatus rmsNormWeightBackward(const float*, const float*, const float*, std::int64_t, std::int64_t, float*,
                                            float*, Stream);
template LaunchStatus rmsNorm(const BFloat16*, const BFloat16*, const float*, float, std::int64_t, std::int64_t, BFloat16*,
                              BFloat16*, float*, Stream);
template LaunchStatus rmsNormBackward(const BFloat16*, const BFloat16*, const BFloat16*, const float*, const float*,
                                      std::int64_t, std::int64_t, BFloat16*, Stream);
template LaunchStatus rmsNormWeightBackward(const BFloat16*, const BFloat16*, const float*, std::int64_t, std::int64_t, float*,
                                            float*, Stream);

}  // namespace moebel::kernels::cuda
