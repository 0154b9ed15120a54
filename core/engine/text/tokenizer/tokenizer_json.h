// tokenizer.json as a pipeline.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "engine/text/tokenizer/pipeline_tokenizer.h"

namespace moebel
{

/// `text`: of `file`, or what stands for it. Every part is either supported or refused by name; the error says where in the
/// file. `endOfDocument`: its id, -1 where there is none; not given: it is read from tokenizer_config.json or config.json beside
/// the file.
Result<TokenizerPipeline> readTokenizerJson(const std::string& text, const std::filesystem::path& file,
                                            std::optional<std::int32_t> endOfDocument = {});

/// A file beside a tokenizer's; null where there is none, or none that can be read.
nlohmann::json jsonBeside(const std::filesystem::path& file);

struct GgufTokenizer {
    std::string json;                 ///< what stands for tokenizer.json
    std::int32_t endOfDocument = -1;  ///< -1: the file names none
};

/// The vocabulary of a GGUF file as a tokenizer.json: byte-level BPE ("gpt2") with a known `pre`, SentencePiece's scored byte
/// pairs ("llama"). Others are refused by name.
Result<GgufTokenizer> readGgufTokenizer(const std::filesystem::path& file);

}  // namespace moebel
