// Tokens of pieces that came before: a table of fixed size in which a newer piece takes the place of an older one.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "engine/text/tokenizer/piece_model.h"

namespace moebel
{

class PieceCache
{
public:
    static constexpr std::size_t kLongest = 38;  ///< bytes of a piece that is kept
    static constexpr std::size_t kMost = 14;     ///< tokens of one
    struct Entry {
        std::uint32_t owner = 0;  ///< 0: empty
        std::uint8_t size = 0, count = 0;
        std::array<char, kLongest> piece{};
        std::array<std::uint8_t, kMost> begins{}, ends{};
        std::array<std::int32_t, kMost> ids{};
    };

    PieceCache() : m_entries(kEntries) {}

    /// The entry for such a piece of this owner (a tokenizer, 1 or more), whoever is in it. Precondition: piece.size() <=
    /// kLongest.
    Entry& at(std::uint32_t owner, std::string_view piece) { return m_entries[hash(owner, piece) & (kEntries - 1)]; }
    static bool holds(const Entry& entry, std::uint32_t owner, std::string_view piece)
    {
        return entry.owner == owner && entry.size == piece.size() &&
               std::memcmp(entry.piece.data(), piece.data(), piece.size()) == 0;
    }
    /// Nothing where there are too many tokens.
    static void keep(Entry& entry, std::uint32_t owner, std::string_view piece, const std::vector<PieceModel::Token>& tokens)
    {
        if (tokens.size() > kMost) return;
        entry.owner = owner;
        entry.size = std::uint8_t(piece.size());
        entry.count = std::uint8_t(tokens.size());
        std::memcpy(entry.piece.data(), piece.data(), piece.size());
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            entry.ids[i] = tokens[i].id;
            entry.begins[i] = std::uint8_t(tokens[i].begin);
            entry.ends[i] = std::uint8_t(tokens[i].end);
        }
    }

private:
    static constexpr std::size_t kEntries = std::size_t(1) << 16;  ///< of 128 bytes

    static std::uint64_t mixed(std::uint64_t a, std::uint64_t b)
    {
        const std::uint64_t product = (a ^ b) * 0x9E3779B97F4A7C15U;
        return product ^ (product >> 29);
    }
    static std::size_t hash(std::uint32_t owner, std::string_view piece)
    {
        std::uint64_t state = owner + (std::uint64_t(piece.size()) << 32);
        std::size_t at = 0;
        for (std::uint64_t word = 0; at + sizeof word <= piece.size(); at += sizeof word) {
            std::memcpy(&word, piece.data() + at, sizeof word);
            state = mixed(state, word);
        }
        std::uint64_t rest = 0;
        for (; at < piece.size(); ++at) rest = (rest << 8) | std::uint8_t(piece[at]);
        state = mixed(state, rest);
        return std::size_t(state ^ (state >> 32));
    }

    std::vector<Entry> m_entries;
};

}  // namespace moebel
