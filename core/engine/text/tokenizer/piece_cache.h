// Tokens of pieces that came before: a table of fixed size in which a newer piece takes the place of an older one.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "engine/text/tokenizer/piece_model.h"
#include "engine/text/tokenizer/text_table.h"

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

    /// The entry for such a piece of this owner (a tokenizer, 1 or more), whoever is in it, on its way into the processor's
    /// cache; none for one that is too long.
    Entry* find(std::uint32_t owner, std::string_view piece)
    {
        if (piece.size() > kLongest) return nullptr;
        Entry* const entry = &m_entries[quickHash(piece, owner) & (kEntries - 1)];
        __builtin_prefetch(entry);
        __builtin_prefetch(reinterpret_cast<const char*>(entry) + sizeof(Entry) / 2);
        return entry;
    }
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
    static constexpr std::size_t kEntries = std::size_t(1) << 15;  ///< of 128 bytes

    std::vector<Entry> m_entries;
};

}  // namespace moebel
