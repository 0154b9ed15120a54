// Tokens that are found in the text before anything else is done to it: marks, runs of spaces, words that were added later.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/text/tokenizer/byte_trie.h"

namespace moebel
{

struct AddedToken {
    std::int32_t id = 0;
    std::string content;
    bool special = false;     ///< left out of decoded text
    bool leftStrip = false;   ///< takes the white space before it
    bool rightStrip = false;  ///< takes the white space behind it
    bool singleWord = false;  ///< only where no letter or digit touches it
    bool normalized = false;  ///< looked for after the normaliser
};

class AddedTokens
{
public:
    struct Part {
        std::size_t begin = 0, end = 0;  ///< bytes of the text
        std::int32_t id = -1;            ///< -1: text between tokens
    };

    /// One content a token; the first of equal ones counts.
    void add(AddedToken token);
    bool empty() const { return m_tokens.empty(); }
    /// None of them is in the text.
    bool areMissingIn(std::string_view text) const { return nextIn(text, 0).second == nullptr; }
    /// The text in parts without gaps: the leftmost token, and of several there the longest (tokenizers, added_vocabulary.rs).
    std::vector<Part> split(std::string_view text) const;

private:
    const AddedToken* longestAt(std::string_view rest) const;
    /// The first place from `at` on where a token stands, and it.
    std::pair<std::size_t, const AddedToken*> nextIn(std::string_view text, std::size_t at) const;

    std::vector<AddedToken> m_tokens;
    ByteTrie m_places;                 ///< of m_tokens, by their content
    std::array<bool, 256> m_begins{};  ///< a token begins with this byte
};

}  // namespace moebel
