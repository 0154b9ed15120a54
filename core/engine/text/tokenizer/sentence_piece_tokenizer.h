// SentencePiece models, through the library.
#pragma once

#include "engine/text/tokenizer.h"

namespace moebel
{

Result<std::unique_ptr<Tokenizer>> openSentencePiece(const std::filesystem::path& file);

}  // namespace moebel
