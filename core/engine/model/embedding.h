// The embedding of tokens as a differentiable operation.
#pragma once

#include "engine/model/torch.h"

namespace moebel
{

/// Row ids_T of the table in fp32, [T, D]. The gradient of a row that several tokens share is summed in fp32 before it is
/// rounded to the table's type: in bf16 the sums of frequent tokens would stand still.
torch::Tensor embeddingRows(const torch::Tensor& table_VD, const torch::Tensor& ids_T);

}  // namespace moebel
