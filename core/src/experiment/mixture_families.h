// Families of mixtures of experts: how each one's config.json says its shape and its experts.
#pragma once

#include <string>

#include "json_fields.h"
#include "moebel/experiment/model_shape.h"

namespace moebel
{

ModelShape readMixtral(JsonFields& config, const std::string& where);
ModelShape readQwen2Moe(JsonFields& config, const std::string& where);
ModelShape readQwen3Moe(JsonFields& config, const std::string& where);
ModelShape readOlmoe(JsonFields& config, const std::string& where);

ExpertAllocation readMixtralExperts(JsonFields& config, std::int64_t layers);
/// Layers of "mlp_only_layers", and those between every "decoder_sparse_step", are dense.
ExpertAllocation readQwenExperts(JsonFields& config, std::int64_t layers);
ExpertAllocation readOlmoeExperts(JsonFields& config, std::int64_t layers);

}  // namespace moebel
