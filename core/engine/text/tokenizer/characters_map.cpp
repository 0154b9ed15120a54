#include "engine/text/tokenizer/characters_map.h"

#include <cstdint>

#include "engine/text/utf8.h"

namespace moebel
{
namespace
{

// A unit of darts-clone, double array.
bool hasLeaf(std::uint32_t unit) { return ((unit >> 8) & 1U) == 1; }
std::uint32_t valueOf(std::uint32_t unit) { return unit & ((1U << 31) - 1); }
std::uint32_t labelOf(std::uint32_t unit) { return unit & ((1U << 31) | 0xFFU); }
std::uint32_t offsetOf(std::uint32_t unit) { return (unit >> 10) << ((unit & (1U << 9)) >> 6); }

Error bad(const std::string& what) { return invalidInput("bad-tokenizer", "the map of characters " + what); }

}  // namespace

Result<CharactersMap> CharactersMap::read(std::string_view bytes)
{
    constexpr std::size_t kUnit = sizeof(std::uint32_t);
    const auto number = [&](std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < kUnit; ++i) value |= std::uint32_t(std::uint8_t(bytes[at + i])) << (8 * i);
        return value;
    };
    const std::size_t size = bytes.size() < kUnit ? 0 : number(0);
    if (size == 0 || size % kUnit != 0 || size > bytes.size() - kUnit)
        return bad("has " + std::to_string(bytes.size()) + " bytes and a trie of " + std::to_string(size));
    CharactersMap map;
    for (std::size_t at = kUnit; at < kUnit + size; at += kUnit) map.m_units.push_back(number(at));
    map.m_texts = bytes.substr(kUnit + size);
    if (!isValidUtf8(map.m_texts)) return bad("has replacements that are no UTF-8");
    return map;
}

std::optional<std::string_view> CharactersMap::find(std::string_view text) const
{
    std::size_t node = offsetOf(m_units[0]);
    for (const char byte : text) {
        if (byte == '\0') return std::nullopt;
        node ^= std::uint8_t(byte);
        if (node >= m_units.size() || labelOf(m_units[node]) != std::uint8_t(byte)) return std::nullopt;
        const std::uint32_t unit = m_units[node];
        node ^= offsetOf(unit);
        if (!hasLeaf(unit)) continue;
        const std::size_t begin = node < m_units.size() ? valueOf(m_units[node]) : m_texts.size();
        if (begin >= m_texts.size() || utf8Boundary(m_texts, begin) != begin) return std::nullopt;
        return std::string_view(m_texts).substr(begin, m_texts.find('\0', begin) - begin);
    }
    return std::nullopt;
}

bool CharactersMap::knows(std::string_view text) const
{
    std::size_t node = offsetOf(m_units[0]);
    for (const char byte : text) {
        node ^= std::uint8_t(byte);
        if (byte == '\0' || node >= m_units.size() || labelOf(m_units[node]) != std::uint8_t(byte)) return false;
        if (hasLeaf(m_units[node])) return true;
        node ^= offsetOf(m_units[node]);
    }
    return true;
}

}  // namespace moebel
