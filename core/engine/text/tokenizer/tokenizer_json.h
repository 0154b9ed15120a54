// tokenizer.json as a pipeline.
#pragma once

#include "engine/text/tokenizer/pipeline_tokenizer.h"

namespace moebel
{

/// `text`: of `file`, or what stands for it. Every part is either supported or refused by name; the error says where in the
/// file. What the file leaves to others, the end of a document, is read from tokenizer_config.json or config.json beside it.
Result<TokenizerPipeline> readTokenizerJson(const std::string& text, const std::filesystem::path& file);

/// The vocabulary of a GGUF file as a tokenizer.json: byte-level BPE ("gpt2") with a known `pre`, SentencePiece's scored byte
/// pairs
/// ("llama"). Others are refused by name.
Result<std::string> tokenizerJsonOfGguf(const std::filesystem::path& file);

}  // namespace moebel
