// Texts with a number each in one block of memory, found by a hash of their bytes.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace moebel
{

/// Eight bytes at a time.
inline std::uint64_t quickHash(std::string_view text, std::uint64_t seed)
{
    const auto mixed = [](std::uint64_t a, std::uint64_t b) {
        const std::uint64_t product = (a ^ b) * 0x9E3779B97F4A7C15U;
        return product ^ (product >> 29);
    };
    std::uint64_t state = seed + (std::uint64_t(text.size()) << 32), word = 0;
    std::size_t at = 0;
    for (; at + sizeof word <= text.size(); at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        state = mixed(state, word);
    }
    for (word = 0; at < text.size(); ++at) word = (word << 8) | std::uint8_t(text[at]);
    state = mixed(state, word);
    return state ^ (state >> 32);
}

/// Drawn once by every process, so that no file can make its texts collide; changes no result.
std::uint64_t hashSeed();

class TextTable
{
public:
    explicit TextTable(std::size_t most = 0) : m_slots(std::bit_ceil(2 * most + 2)) {}

    /// At most as many as announced. Precondition: value >= 0.
    void add(std::string_view text, std::int32_t value)
    {
        Slot& slot = m_slots[placeOf(text)];
        if (slot.value < 0) {
            slot = {std::uint32_t(quickHash(text, m_seed)), std::uint32_t(m_texts.size()), std::uint32_t(text.size()), value};
            m_texts += text;
        }
        slot.value = value;
    }
    /// -1: it is not there.
    std::int32_t find(std::string_view text) const { return m_slots[placeOf(text)].value; }

private:
    struct Slot {
        std::uint32_t hash = 0, begin = 0, size = 0;
        std::int32_t value = -1;  ///< -1: empty
    };
    std::size_t placeOf(std::string_view text) const
    {
        const std::uint64_t hash = quickHash(text, m_seed);
        const std::size_t mask = m_slots.size() - 1;
        const auto isOther = [&](const Slot& slot) {
            return slot.hash != std::uint32_t(hash) || std::string_view(m_texts).substr(slot.begin, slot.size) != text;
        };
        std::size_t place = std::size_t(hash >> 16) & mask;
        while (m_slots[place].value >= 0 && isOther(m_slots[place])) place = (place + 1) & mask;
        return place;
    }

    std::uint64_t m_seed = hashSeed();
    std::vector<Slot> m_slots;
    std::string m_texts;
};

}  // namespace moebel
