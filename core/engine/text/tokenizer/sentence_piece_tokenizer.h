// SentencePiece models, through the library.
#pragma once

#include "engine/text/tokenizer.h"

namespace moebel
{

/// Bytes of a sentence that trainTokenizer() trains on; longer lines are cut. The models keep it, and are known by it.
constexpr std::size_t kLongestTrainingSentence = 4096;

Result<std::unique_ptr<Tokenizer>> openSentencePiece(const std::filesystem::path& file);

}  // namespace moebel
