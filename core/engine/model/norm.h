// RMSNorm in fp32, alone and with the residual sum in front of it, as differentiable operations.
#pragma once

#include "engine/model/torch.h"

namespace moebel
{

/// x / sqrt(mean(x^2) + epsilon) * weight, over the last dimension.
torch::Tensor rmsNorm(const torch::Tensor& x_TD, const torch::Tensor& weight_D, double epsilon);

struct ResidualNorm {
    torch::Tensor sum_TD;     ///< x + delta
    torch::Tensor normed_TD;  ///< its RMSNorm
};
ResidualNorm addRmsNorm(const torch::Tensor& x_TD, const torch::Tensor& delta_TD, const torch::Tensor& weight_D,
                        double epsilon);

}  // namespace moebel
