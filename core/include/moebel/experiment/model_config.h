// config.json: the shape of a model in Hugging Face spelling.
#pragma once

#include <filesystem>
#include <string>

#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"

namespace moebel
{

struct GgufHeader;

enum class TensorNaming { Llama, Mixture, Gpt2, Bloom };  ///< after which family the tensors of a checkpoint are named

struct ModelConfig {
    ModelShape shape;
    ExpertAllocation allocation;
    TensorNaming naming = TensorNaming::Llama;
};

/// Layers that hold several experts; a model without such a layer is dense.
std::int64_t mixtureLayers(const ModelConfig& config);

/// A dense model is written as the family that has all its values (Llama, Mistral, Qwen2, Qwen3, Gemma, Gemma 2, OLMo 2, GPT-2, BLOOM), so
/// that transformers reads it; others and mixtures of experts as "MoebelForCausalLM", the latter with "num_experts_per_layer" and, where
/// experts belong to language groups, "moebel_language_groups".
std::string configJson(const ModelShape& shape, const ExpertAllocation& allocation);
/// Of the tensors beside that file: Llama, Gpt2 or Bloom.
TensorNaming namingOf(const ModelShape& shape, const ExpertAllocation& allocation);

/// Both spellings are read: rope_parameters and dtype (transformers 5) beside rope_theta, rope_scaling and torch_dtype. Error
/// "bad-config" names the first architecture, setting or number that is not supported: nothing that changes logits is ignored.
Result<ModelConfig> readConfig(const std::filesystem::path& file);

/// Of a GGUF file of the Llama, Qwen2, Qwen3, Gemma and Gemma 2 architectures. Of the weights only rope_freqs.weight is read. Error
/// "bad-config" as above.
Result<ModelConfig> ggufConfig(const GgufHeader& header);
/// Of a model's folder, or of a .gguf file.
Result<ModelConfig> readModelConfig(const std::filesystem::path& model);

/// With the shape that its base checkpoint or run says, where it has one; `folder`: of the experiment file; of a run, base.path must
/// be the path of its model (see withBaseModel()). Errors as readConfig(), "base.path" before the sentence; "base-not-dense" for a
/// checkpoint that is a mixture of experts; "bad-allocation" for a list of
/// experts that does not fit its layers.
Result<Experiment> withBaseShape(Experiment experiment, const std::filesystem::path& folder);

}  // namespace moebel
