#include "kernels/layer_norm.h"
#include "kernels/row_norm.cuh"

namespace moebel::kernels::cuda
{

template <typename Number>
LaunchStatus layerNorm(const Number* x_TD, const Number* delta_TD, const float* weight_D, const float* bias_D, float epsilon,
                       std::int64_t rows, std::int64_t width, Number* h_TD, Number* y_TD, float* mean_T, float* scale_T,
                       Stream stream)
{
    return norm<true, Number>(x_TD, delta_TD, weight_D, bias_D, epsilon, rows, width, h_TD, y_TD, mean_T, scale_T, stream);
}

template <typename Number>
LaunchStatus layerNormBackward(const Number* dy_TD, const Number* residual_TD, const Number* h_TD, const float* weight_D,
                               const float* mean_T, const float* scale_T, std::int64_t rows, std::int64_t width, Number* dh_TD,
                               Stream stream)
{
    return normBackward<true, Number>(dy_TD, residual_TD, h_TD, weight_D, mean_T, scale_T, rows, width, dh_TD, stream);
}

template <typename Number>
LaunchStatus layerNormWeightBackward(const Number* dy_TD, const Number* h_TD, const float* mean_T, const float* scale_T,
                                     std::int64_t rows, std::int64_t width, float* dweight_D, float* dbias_D,
                                     float* partial_2PD, Stream stream)
{
    return normWeightBackward<true, Number>(dy_TD, h_TD, mean_T, scale_T, rows, width, dweight_D, dbias_D, partial_2PD, stream);
}

template LaunchStatus layerNorm(const float*, const float*, const float*, const float*, float, std::int64_t, std::int64_t,
                                float*, float*, float*, float*, Stream);
template LaunchStatus layerNormBackward(const float*, const float*, const float*, const float*, const float*, const float*,
                                        std::int64_t, std::int64_t, float*, Stream);
template LaunchStatus layerNormWeightBackward(const float*, const float*, const float*, const float*, std::int64_t,
                                              std::int64_t, float*, float*, float*, Stream);
template LaunchStatus layerNorm(const BFloat16*, const BFloat16*, const float*, const float*, float, std::int64_t, std::int64_t,
                                BFloat16*, BFloat16*, float*, float*, Stream);
template LaunchStatus layerNormBackward(const BFloat16*, const BFloat16*, const BFloat16*, const float*, const float*,
                                        const float*, std::int64_t, std::int64_t, BFloat16*, Stream);
template LaunchStatus layerNormWeightBackward(const BFloat16*, const BFloat16*, const float*, const float*, std::int64_t,
                                              std::int64_t, float*, float*, float*, Stream);

}  // namespace moebel::kernels::cuda
