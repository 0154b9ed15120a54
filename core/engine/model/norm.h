// Norms in fp32, RMSNorm alone and with the residual sum in front of it, as differentiable operations.
#pragma once

#include "engine/model/torch.h"
#include "moebel/experiment/model_shape.h"

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

struct NormWeights {
    torch::Tensor weight_D;  ///< undefined: there is no norm
    torch::Tensor bias_D;    ///< undefined for RMSNorm
};
/// The norm that the shape says, [T, D] -> [T, D].
torch::Tensor normalise(const ModelShape& shape, const NormWeights& weights, const torch::Tensor& x_TD);
/// The same of the sum; `delta_TD` may be undefined, the sum is x then.
ResidualNorm addAndNormalise(const ModelShape& shape, const NormWeights& weights, const torch::Tensor& x_TD,
                             const torch::Tensor& delta_TD);

}  // namespace moebel
