// A tokenizer as Hugging Face's tokenizers describes it: added tokens, normaliser, pre-tokeniser, model, decoder.
#pragma once

#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "engine/text/tokenizer.h"
#include "engine/text/tokenizer/added_tokens.h"
#include "engine/text/tokenizer/piece_model.h"
#include "engine/text/tokenizer/text_pattern.h"
#include "engine/text/tokenizer/token_decoder.h"

namespace moebel
{

struct PatternSplit {
    TextPattern pattern;
    SplitBehaviour behaviour = SplitBehaviour::Isolated;
    bool invert = false;
};

/// What the pre-tokeniser does to a piece: it writes marks into it, then it splits it.
struct SplitStage {
    TextSteps marks;
    std::vector<PatternSplit> splits;
};

/// What a tokenizer.json or the vocabulary of a GGUF file says, as values.
struct TokenizerPipeline {
    AddedTokens rawTokens;         ///< found in the text as it is
    AddedTokens normalisedTokens;  ///< found after the normaliser
    TextSteps normaliser;
    std::vector<SplitStage> stages = {{}};  ///< each is given the pieces of the one before
    std::shared_ptr<const PieceModel> model;
    std::vector<TokenDecoder> decoders;
    SpecialFrame frame;
    std::vector<std::string> contents;  ///< of every id; empty where there is none
    std::unordered_set<std::int32_t> special;
    std::int32_t endOfDocument = -1;
    std::string hash;
    std::filesystem::path file;
};

std::unique_ptr<Tokenizer> makeTokenizer(TokenizerPipeline pipeline);

}  // namespace moebel
