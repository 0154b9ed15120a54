// Byte pair encoding of one piece of text, as plain values make it: no JSON, no file.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "moebel/base/result.h"

namespace moebel
{

struct BytePairValues {
    std::vector<std::pair<std::string, std::int32_t>> vocabulary;
    std::vector<std::pair<std::string, std::string>> merges;  ///< the earlier, the sooner
    bool byteLevel = false;                                   ///< tokens are spelled with one character a byte (GPT-2)
    bool byteFallback = false;                                ///< an unknown character becomes <0xNN> tokens (Llama 2)
    bool fuseUnknown = false;                                 ///< neighbouring unknown characters become one token
    bool ignoreMerges = false;                                ///< a piece that is a token is that token (Llama 3)
    std::optional<std::string> unknown;
};

/// The characters that stand for bytes in byte-level vocabularies (GPT-2, bytes_to_unicode).
const std::array<char32_t, 256>& byteLevelCharacters();
/// The bytes that such characters stand for; none when there is another character among them.
std::optional<std::string> bytesOfByteLevel(std::string_view token);

class BytePairModel
{
public:
    struct Token {
        std::int32_t id = 0;
        std::uint32_t begin = 0, end = 0;  ///< bytes of the piece
    };

    /// Errors "bad-tokenizer": a merge of or into something that is not in the vocabulary, or an unknown token that is not.
    static Result<BytePairModel> make(const BytePairValues& values);

    /// Appends the tokens of a piece. An unknown character without a token for it is left out, as in the reference.
    void encode(std::string_view piece, std::vector<Token>& tokens) const;

private:
    struct Merge {
        std::uint64_t pair = kNoPair;
        std::int32_t rank = 0;
        std::int32_t id = 0;
    };
    struct Symbol {
        std::int32_t id = 0, previous = -1, next = -1;
        std::uint32_t begin = 0, end = 0;  ///< the same: merged into the one before
    };
    static constexpr std::uint64_t kNoPair = ~std::uint64_t(0);

    const Merge* find(std::int32_t left, std::int32_t right) const;
    void insert(const Merge& merge);
    void appendSymbols(std::string_view piece, std::vector<Symbol>& symbols) const;
    void mergeAll(std::vector<Symbol>& symbols) const;

    bool m_byteLevel = false, m_fuseUnknown = false, m_ignoreMerges = false;
    std::int32_t m_unknown = -1;
    std::array<std::int32_t, 256> m_byteIds{};  ///< of the token for a byte, -1: none
    std::unordered_map<std::string, std::int32_t> m_ids;
    std::vector<Merge> m_merges;  ///< open addressing, a power of two
};

}  // namespace moebel
