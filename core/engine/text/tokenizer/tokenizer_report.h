// How a tokenizer treats a language: measured on text, before anything is trained.
#pragma once

#include <set>
#include <string_view>

#include "engine/text/tokenizer.h"

namespace moebel
{

/// Words are those of Unicode's word boundaries (UAX 29, by ICU with its dictionaries): what holds a letter or a digit.
struct TokenizerReport {
    std::int64_t documents = 0;
    std::int64_t bytes = 0;
    std::int64_t characters = 0;  ///< code points
    std::int64_t words = 0;
    std::int64_t tokens = 0;          ///< without the marks around a text
    std::int64_t continuedWords = 0;  ///< words that two tokens or more have a part in
    std::int64_t partTokens = 0;      ///< tokens that are a part of a character: byte fallback
    std::set<std::int32_t> ids;       ///< tokens that occur

    /// Tokens a word (Rust et al., arXiv 2012.15613); this and the others are NaN where they would divide by 0.
    double fertility() const;
    double continuedShare() const;  ///< of the words
    double bytesPerToken() const;
    double charactersPerToken() const;
    double byteFallbackShare() const;  ///< of the tokens
    double tokensPerDocument() const;

    void add(const TokenizerReport& other);
};

/// `text`: one document.
TokenizerReport measureTokenizer(const Tokenizer& tokenizer, std::string_view text);

/// Shared tokens over all tokens of two texts (Jaccard), 0 to 1; NaN where both are empty.
double vocabularyOverlap(const TokenizerReport& a, const TokenizerReport& b);

}  // namespace moebel
