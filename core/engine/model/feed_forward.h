// The feed-forward networks of a layer as one differentiable operation: dispatch, experts, combine, and their gradients.
#pragma once

#include <vector>

#include "engine/model/moe_layer.h"
#include "engine/model/token_dispatch.h"

namespace moebel
{

/// y_TD = sum over the K experts of a token of weight * expert(x). Same value as `denseReference`; differentiable in x, the
/// weights and the experts. A frozen tensor costs no product; an expert without tokens gets no gradient. Tokens and
/// weights in fp32; experts in fp32 or bf16, which is what the products then compute with. CPU. SwiGLU without biases has kernels
/// of its own, the other kinds are LibTorch's operators.
torch::Tensor routedFeedForward(const torch::Tensor& x_TD, const std::vector<Expert>& experts, const torch::Tensor& weights_TK,
                                const TokenOrder& order);

/// The same for one expert that takes every token with weight one.
torch::Tensor denseFeedForward(const torch::Tensor& x_TD, const Expert& expert);

}  // namespace moebel
