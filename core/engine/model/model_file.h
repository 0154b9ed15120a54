// A model on disk: config.json + model.safetensors (+ tokenizer.model), in Hugging Face spelling where one exists.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/model/decoder.h"
#include "moebel/base/result.h"

namespace moebel
{

/// config.json: "LlamaForCausalLM" for dense, "MoebelForCausalLM" with "num_experts_per_layer" for MoE.
std::string configJson(const ModelShape& shape, const ExpertAllocation& allocation);
struct ModelConfig {
    ModelShape shape;
    ExpertAllocation allocation;
};
Result<ModelConfig> readConfig(const std::filesystem::path& file);

/// config.json and model.safetensors into an existing folder, each file synced. `masters`: written in place of the decoder's
/// tensors of the same names, which may be rounded copies of them.
Status writeModel(const Decoder& decoder, const std::filesystem::path& folder, const std::vector<NamedParameter>& masters = {});
/// A folder with config.json and model.safetensors. Missing or spare names are an error that lists them.
Result<std::unique_ptr<Decoder>> readModel(const std::filesystem::path& folder);

}  // namespace moebel
