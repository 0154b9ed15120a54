// A model on disk: config.json + model.safetensors (+ tokenizer.model), in Hugging Face spelling where one exists.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "engine/model/decoder.h"
#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"
#include "moebel/experiment/model_config.h"

namespace moebel
{

/// Bytes of weights that go into one file; more are cut into shards.
inline constexpr std::uint64_t kLargestShard = std::uint64_t(4) << 30;

/// config.json and model.safetensors, or its shards, into an existing folder, each file synced. `masters`: written in place of the
/// decoder's tensors of the same names, which may be rounded copies of them.
Status writeModel(const Decoder& decoder, const std::filesystem::path& folder, const std::vector<NamedParameter>& masters = {},
                  std::uint64_t largestShard = kLargestShard);
/// A .gguf file; or a folder with config.json and model.safetensors, or its shards with model.safetensors.index.json. float16
/// and bfloat16 are widened exactly; bfloat16 stays as it is where `precision` computes in it. Every tensor is read into its place: the
/// most that is held besides the model is one tensor, where its file has it in another order. Every name is accounted for: missing or spare
/// ones are an error that lists them.
Result<std::unique_ptr<Decoder>> readModel(const std::filesystem::path& model, Precision precision = Precision::Float32);

/// SHA-256 of the weights: of the GGUF file, of model.safetensors, or of its index and all shards.
Result<std::string> hashOfModel(const std::filesystem::path& model);

}  // namespace moebel
