// tokenizer.json as a pipeline.
#pragma once

#include "engine/text/tokenizer/pipeline_tokenizer.h"

namespace moebel
{

/// Every part is either supported or refused by name; the error says where in the file. What the file leaves to others, the
/// end of a document, is read from tokenizer_config.json or config.json beside it.
Result<TokenizerPipeline> readTokenizerJson(const std::filesystem::path& file);

}  // namespace moebel
