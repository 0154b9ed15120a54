// What every code point is, looked up in two steps; made from ICU's data at the first use.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace moebel
{

/// A byte for every code point. Blocks of 256 that are alike are kept once.
class CodePointTable
{
public:
    /// Precondition: values.size() is 0x110000.
    explicit CodePointTable(const std::vector<std::uint8_t>& values);
    std::uint8_t operator[](char32_t c) const { return m_values[m_blocks[c >> 8] | (c & 0xFF)]; }

private:
    std::array<std::uint32_t, 0x1100> m_blocks{};  ///< where the block begins
    std::vector<std::uint8_t> m_values;
};

/// Bits of characterClasses().
enum CharacterClass : std::uint8_t {
    kLetter = 1,         ///< \p{L}
    kNumber = 2,         ///< \p{N}
    kWhiteSpace = 4,     ///< White_Space
    kMark = 8,           ///< \p{M}
    kCapital = 16,       ///< \p{Lu}, \p{Lt}
    kSmall = 32,         ///< \p{Ll}
    kLineEnd = 64,       ///< \r, \n
    kPunctuation = 128,  ///< ASCII punctuation, and \p{P} of Unicode 8, as the reference has it
};
const CodePointTable& characterClasses();

/// \w: letters, marks, decimal digits, connectors, joiners.
const CodePointTable& wordCharacters();
/// Gives the characters of an ICU set this value.
void markSet(const char16_t* set, std::uint8_t value, std::vector<std::uint8_t>& values);

/// The code point at `at` of a valid UTF-8 text; `at` moves behind it. Precondition: at < text.size().
inline char32_t decodeValid(std::string_view text, std::size_t& at)
{
    const auto byte = [&](std::size_t i) { return char32_t(std::uint8_t(text[at + i])); };
    const char32_t first = byte(0);
    char32_t c = first;
    std::size_t size = 1;
    if (first >= 0xF0) {
        c = ((first & 7) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) | (byte(3) & 0x3F);
        size = 4;
    } else if (first >= 0xE0) {
        c = ((first & 15) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
        size = 3;
    } else if (first >= 0x80) {
        c = ((first & 31) << 6) | (byte(1) & 0x3F);
        size = 2;
    }
    at += size;
    return c;
}

}  // namespace moebel
