// The map of characters that a SentencePiece model carries (precompiled_charsmap): a double-array trie and its replacements.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "moebel/base/result.h"

namespace moebel
{

class CharactersMap
{
public:
    /// `bytes`: size of the trie (4 bytes, little endian), the trie, texts that end with a zero byte. Error "bad-tokenizer".
    static Result<CharactersMap> read(std::string_view bytes);

    /// What the shortest entry that `text` begins with becomes; none where it begins with none.
    std::optional<std::string_view> find(std::string_view text) const;
    /// Whether an entry begins with `text`, or is its beginning.
    bool knows(std::string_view text) const;

private:
    std::vector<std::uint32_t> m_units;
    std::string m_texts;
};

}  // namespace moebel
