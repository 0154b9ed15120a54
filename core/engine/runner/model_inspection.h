// What a model on disk is, found out from its heads: nothing of the weights is read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/experiment/model_config.h"

namespace moebel
{

/// A tensor under the name that its file gives it.
struct InspectedTensor {
    std::string name;
    std::string type;  ///< as its file writes it: "BF16", "Q4_K"
    std::vector<std::int64_t> shape;
    std::uint64_t bytes = 0;
    std::string file;  ///< without its folder
};

struct InspectedTokenizer {
    std::filesystem::path file;
    std::string kind;  ///< "byte-level BPE", "Unigram"
    std::int64_t vocabulary = 0;
};

struct ModelInspection {
    std::filesystem::path path;           ///< the folder, or the .gguf file
    std::string format;                   ///< "safetensors" or "GGUF"
    std::string name;                     ///< what the model calls itself, else its folder's or file's name
    std::string architecture;             ///< as config.json or the GGUF head writes it: "LlamaForCausalLM", "gemma2"
    std::optional<ModelConfig> config;    ///< none where it can't be used; `problems` says why
    ParameterCount parameters;            ///< of `config`
    std::vector<InspectedTensor> tensors;  ///< by name, numbers in their order: layer 2 before layer 10
    std::uint64_t weightBytes = 0;
    std::optional<InspectedTokenizer> tokenizer;
    std::string licence;                     ///< as the model card or the GGUF head says it: "apache-2.0"; may be empty
    std::filesystem::path licenceFile;       ///< LICENSE, COPYING or the like beside the weights; may be empty
    std::vector<Error> problems;             ///< every reason why it, or a part of it, can't be used
};

/// `model`: a folder with config.json, or a .gguf file. What is wrong with it stands in `problems`.
ModelInspection inspectModel(const std::filesystem::path& model);

}  // namespace moebel
