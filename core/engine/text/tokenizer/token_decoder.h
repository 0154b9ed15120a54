// Tokens back to text: the decoders of tokenizer.json as values.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "engine/text/tokenizer/text_steps.h"

namespace moebel
{

struct DecodeByteLevel {
};  ///< characters that stand for bytes
struct DecodeByteFallback {
};  ///< <0xNN>
struct DecodeFuse {
};  ///< all tokens become one
struct DecodeReplace {
    std::string from, to;
};
/// So many of this character at the ends of every token.
struct DecodeStrip {
    std::string character;
    std::int64_t left = 0, right = 0;
};
/// The mark becomes a space; in the first token it goes, unless none was put there.
struct DecodeMetaspace {
    std::string mark;
    PrependScheme scheme = PrependScheme::Always;
};
/// A token that does not continue a word has a space before it; `cleanUp` takes the space before English punctuation away.
struct DecodeWordPiece {
    std::string prefix;
    bool cleanUp = true;
};
using TokenDecoder =
    std::variant<DecodeByteLevel, DecodeByteFallback, DecodeFuse, DecodeReplace, DecodeStrip, DecodeMetaspace, DecodeWordPiece>;

/// Without decoders, tokens are written with spaces between them. Bytes that are no UTF-8 become U+FFFD.
std::string decoded(std::vector<std::string> tokens, const std::vector<TokenDecoder>& decoders);

}  // namespace moebel
