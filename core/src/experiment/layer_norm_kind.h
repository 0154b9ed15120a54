// The families with LayerNorm and biases everywhere, GPT-2 and BLOOM: what sets them apart from Llama, and their config.json.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "moebel/experiment/model_config.h"

namespace moebel
{

/// Without sizes.
ModelShape gpt2Kind();
ModelShape bloomKind();

/// Gpt2 or Bloom where that family's configuration says all of a dense model's shape, else Llama.
TensorNaming layerNormFamily(const ModelShape& shape);
/// config.json of such a model.
nlohmann::ordered_json layerNormConfig(const ModelShape& shape, TensorNaming family);

}  // namespace moebel
