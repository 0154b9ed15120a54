// A model as a folder that others can use: Hugging Face layout, with the code that loads a mixture of experts.
#pragma once

#include <filesystem>
#include <string>

#include "engine/model/decoder.h"
#include "engine/text/tokenizer.h"
#include "moebel/base/result.h"

namespace moebel
{

struct ModelExport {
    const Decoder& decoder;
    const Tokenizer* tokenizer = nullptr;     ///< none: the folder has no tokenizer
    std::string card;                         ///< README.md
    std::uint64_t largestShard = 4ULL << 30;  ///< bytes
    std::filesystem::path licence{};          ///< a file that comes along; empty: none
    torch::ScalarType type = torch::kFloat32;  ///< of the weights: kFloat32, kBFloat16 or kFloat16, rounded to the nearest
};

/// Makes `folder`: config.json, weights (sharded where they are larger than a shard), tokenizer with what lay beside it (chat
/// template, special tokens), generation_config.json, licence, README.md, and configuration_moebel.py and modeling_moebel.py where transformers has no class for
/// the model. It appears whole or not at all. Errors: "exists", "no-space".
Status exportModel(const ModelExport& request, const std::filesystem::path& folder);

}  // namespace moebel
