// The longest token first, then the longest that continues a word (BERT).
#pragma once

#include <string>
#include <utility>

#include "engine/text/tokenizer/byte_trie.h"
#include "engine/text/tokenizer/piece_model.h"
#include "engine/text/tokenizer/text_lists.h"
#include "moebel/base/result.h"

namespace moebel
{

struct WordPieceValues {
    NumberedTexts<std::int32_t> vocabulary;  ///< tokens and their ids
    std::string unknown = "[UNK]";
    std::string prefix = "##";   ///< of tokens that continue a word
    std::int64_t longest = 100;  ///< characters of a word; a longer one is unknown
};

class WordPieceModel : public PieceModel
{
public:
    /// Error "bad-tokenizer": the unknown token is not in the vocabulary.
    static Result<WordPieceModel> make(const WordPieceValues& values);

    /// A word with a part that no token spells is unknown as a whole.
    std::string_view kind() const override { return "WordPiece"; }
    void encode(std::string_view piece, std::vector<Token>& tokens) const override;

private:
    explicit WordPieceModel(std::size_t bytes) : m_starts(bytes), m_continuations(bytes) {}

    ByteTrie m_starts, m_continuations;  ///< the latter without their prefix
    std::int32_t m_unknown = -1;
    std::int64_t m_longest = 0;
};

}  // namespace moebel
