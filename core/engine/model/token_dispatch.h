// Tokens to experts and back, as differentiable operations on the kernels of core/kernels/token_dispatch.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/model/torch.h"

namespace moebel {

/// The order of one batch: T*K rows sorted by expert.
struct TokenOrder {
    torch::Tensor slotOfRow;  ///< int64 [T*K]
    torch::Tensor rowOfSlot;  ///< int64 [T*K], its inverse
    std::vector<std::int64_t> offsets;  ///< [E+1]: first row of each expert
    std::int64_t topK = 2;
};
TokenOrder orderByExpert(const torch::Tensor& expert_ids_TK, std::int64_t experts);

/// [T*K, D]: every token once for each of its experts, expert after expert. Differentiable in x_TD.
torch::Tensor gatherTokens(const torch::Tensor& x_TD, const TokenOrder& order);
/// [T, D]: the weighted sum of each token's K rows. Differentiable in rows and weights.
torch::Tensor combineTokens(const torch::Tensor& rows, const torch::Tensor& weights_TK, const TokenOrder& order);

}  // namespace moebel
