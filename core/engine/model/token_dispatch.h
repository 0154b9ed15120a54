// The order in which a batch's tokens visit the experts of a layer.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/model/torch.h"

namespace moebel
{

/// T*K rows sorted by expert, stably; slot t*K + k is the k-th expert of token t.
struct TokenOrder {
    torch::Tensor slotOfRow;            ///< int64 [T*K]
    torch::Tensor rowOfSlot;            ///< int64 [T*K], its inverse
    std::vector<std::int64_t> offsets;  ///< [E+1]: first row of each expert
    std::int64_t topK = 2;
};
TokenOrder orderByExpert(const torch::Tensor& expert_ids_TK, std::int64_t experts);

}  // namespace moebel
