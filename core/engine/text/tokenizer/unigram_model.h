// The likeliest way to cut a piece into tokens that have a probability each (SentencePiece's unigram model).
#pragma once

#include <array>
#include <string>
#include <utility>

#include "engine/text/tokenizer/byte_trie.h"
#include "engine/text/tokenizer/piece_model.h"
#include "engine/text/tokenizer/text_lists.h"
#include "moebel/base/result.h"

namespace moebel
{

struct UnigramValues {
    NumberedTexts<double> vocabulary;  ///< token and logarithm of its probability; the place is its id
    std::int64_t unknown = -1;         ///< id
    bool byteFallback = false;         ///< an unknown character becomes <0xNN> tokens
};

class UnigramModel : public PieceModel
{
public:
    /// Error "bad-tokenizer": there is no unknown token.
    static Result<UnigramModel> make(const UnigramValues& values);

    /// Neighbouring unknown characters are one token. Bytes of an unknown text have all of it as their place, as in the
    /// reference.
    std::string_view kind() const override { return "Unigram"; }
    void encode(std::string_view piece, std::vector<Token>& tokens) const override;

private:
    explicit UnigramModel(std::size_t bytes) : m_trie(bytes) {}
    void appendUnknown(std::string_view text, std::uint32_t begin, std::uint32_t end, std::vector<Token>& tokens) const;

    ByteTrie m_trie;
    std::vector<double> m_scores;
    double m_unknownScore = 0;
    std::int32_t m_unknown = -1;
    std::string m_unknownText;
    bool m_byteFallback = false;
    std::array<std::int32_t, 256> m_byteIds{};  ///< -1: none
};

}  // namespace moebel
