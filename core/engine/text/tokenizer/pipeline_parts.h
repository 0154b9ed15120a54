// The parts of tokenizer.json that are lists of steps, read into a pipeline.
#pragma once

#include "engine/text/tokenizer/json_part.h"
#include "engine/text/tokenizer/pipeline_tokenizer.h"
#include "engine/text/tokenizer/tokenizer_document.h"

namespace moebel
{

/// One token of the vocabulary. Error: its id is out of bounds or another token has it.
Status addContent(const JsonPart& part, const std::string& token, const nlohmann::json& number, TokenizerPipeline& pipeline);
/// `byteLevel`: the model's tokens are spelled with one character a byte. `document`: its lists are taken.
Status readModel(const JsonPart& part, bool byteLevel, TokenizerDocument& document, TokenizerPipeline& pipeline);
Status readNormaliser(const JsonPart& part, TextSteps& steps);
Status readPreTokeniser(const JsonPart& part, TokenizerPipeline& pipeline, bool& byteLevel);
Status readPostProcessor(const JsonPart& part, SpecialFrame& frame);
Status readDecoder(const JsonPart& part, std::vector<TokenDecoder>& decoders);

}  // namespace moebel
