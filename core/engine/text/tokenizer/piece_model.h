// What makes tokens of a piece of text: byte pairs, unigrams or word pieces.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace moebel
{

class PieceModel
{
public:
    struct Token {
        std::int32_t id = 0;
        std::uint32_t begin = 0, end = 0;  ///< bytes of the piece
    };

    virtual ~PieceModel() = default;
    /// "BPE", "Unigram", "WordPiece".
    virtual std::string_view kind() const = 0;
    /// Appends the tokens of a valid UTF-8 piece.
    virtual void encode(std::string_view piece, std::vector<Token>& tokens) const = 0;
    /// Where another character precedes this one, a piece may be cut without a change of tokens; empty: nowhere.
    virtual std::string_view wordMark() const { return {}; }
};

}  // namespace moebel
