// Byte pair encoding of one piece of text, as plain values make it: no JSON, no file.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/text/tokenizer/piece_model.h"
#include "engine/text/tokenizer/text_lists.h"
#include "engine/text/tokenizer/text_table.h"
#include "moebel/base/result.h"

namespace moebel
{

struct BytePairValues {
    NumberedTexts<std::int32_t> vocabulary;  ///< tokens and their ids
    TextPairs merges;                        ///< the earlier, the sooner
    bool byteLevel = false;                  ///< tokens are spelled with one character a byte (GPT-2)
    bool byteFallback = false;               ///< an unknown character becomes <0xNN> tokens (Llama 2)
    bool fuseUnknown = false;                ///< neighbouring unknown characters become one token
    bool ignoreMerges = false;               ///< a piece that is a token is that token (Llama 3)
    std::optional<std::string> unknown;
};

/// The characters that stand for bytes in byte-level vocabularies (GPT-2, bytes_to_unicode).
const std::array<char32_t, 256>& byteLevelCharacters();
/// The bytes that such characters stand for; none when there is another character among them.
std::optional<std::string> bytesOfByteLevel(std::string_view token);

class BytePairModel : public PieceModel
{
public:
    /// Errors "bad-tokenizer": a token that is there twice, a merge of or into something that is not in the vocabulary, or an
    /// unknown token that is not.
    static Result<BytePairModel> make(const BytePairValues& values);

    /// An unknown character without a token for it is left out, as in the reference. n log n in the size of the piece.
    std::string_view kind() const override { return "BPE"; }
    void encode(std::string_view piece, std::vector<Token>& tokens) const override;
    /// U+2581, where it is a token and no merge has it inside.
    std::string_view wordMark() const override { return m_wordMark; }

private:
    using Rank = std::int32_t;  ///< of a merge: the smaller, the sooner
    struct Merge {
        std::int32_t left = -1, right = -1;
        Rank rank = kNone;
    };
    static constexpr Rank kNone = std::numeric_limits<Rank>::max();
    static constexpr std::uint8_t kLeft = 1, kRight = 2;

    Rank find(std::int32_t left, std::int32_t right) const;
    void insert(const Merge& merge);
    std::int32_t idOfCharacter(char32_t c) const;
    void addCharacter(char32_t c, std::int32_t id);
    void appendSymbols(std::string_view piece, std::vector<Token>& symbols) const;
    void mergeFew(std::string_view piece, std::vector<Token>& symbols, std::size_t first) const;
    void mergeMany(std::vector<Token>& symbols, std::size_t first) const;

    std::uint64_t m_seed = hashSeed();
    bool m_byteLevel = false, m_fuseUnknown = false, m_ignoreMerges = false;
    std::int32_t m_unknown = -1;
    std::string m_wordMark;
    std::array<std::int32_t, 256> m_byteIds{};     ///< of the token for a byte, -1: none
    TextTable m_pieces;                            ///< that are a token, where merges do not count for those
    std::vector<std::uint32_t> m_characterBlocks;  ///< of 256 characters each: where in m_characterIds, 0: none of them
    std::vector<std::int32_t> m_characterIds;      ///< of the token for a character, -1: none
    std::vector<Merge> m_merges;                   ///< open addressing, a power of two
    std::vector<std::int32_t> m_merged;            ///< by rank: the token
    std::vector<std::uint8_t> m_sides;             ///< of a token: kLeft where a merge begins with it, kRight where one ends so
    std::vector<Rank> m_bytePairs;                 ///< of two bytes, in a vocabulary with a token for each
};

}  // namespace moebel
