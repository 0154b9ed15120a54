// Weights in one safetensors file, or in shards with their index, as Hugging Face lays them out.
#pragma once

#include "engine/model/checkpoint/safetensors.h"

namespace moebel
{

/// model.safetensors where everything fits into `largest` bytes; otherwise model-00001-of-0000N.safetensors and so on, each at
/// most so large (a tensor is never cut), and model.safetensors.index.json. Each file synced. `type`: what the weights are rounded to, one by
/// one; none: as they are.
Status writeShards(const NamedTensors& tensors, const std::filesystem::path& folder, std::uint64_t largest,
                   std::optional<torch::ScalarType> type = {});

}  // namespace moebel
