#include "engine/text/utf8.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>

namespace moebel {

char32_t nextCodePoint(std::string_view text, std::size_t& position)
{
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    UChar32 character = 0;
    U8_NEXT_OR_FFFD(bytes, position, text.size(), character);
    return static_cast<char32_t>(character);
}

bool isValidUtf8(std::string_view text)
{
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    for (std::size_t position = 0; position < text.size();) {
        UChar32 character = 0;
        U8_NEXT(bytes, position, text.size(), character);
        if (character < 0) return false;
    }
    return true;
}

std::size_t utf8Boundary(std::string_view text, std::size_t at)
{
    if (at == text.size()) return at;
    std::size_t boundary = at;
    while (boundary > 0 && at - boundary < 4 && (static_cast<unsigned char>(text[boundary]) & 0xC0) == 0x80) --boundary;
    return boundary > 0 ? boundary : at;
}

std::size_t previousCharacter(std::string_view text, std::size_t at)
{
    do --at;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    return at;
}

std::string simplified(std::string_view text)
{
    std::string result;
    bool gap = false;
    for (std::size_t position = 0; position < text.size();) {
        const std::size_t start = position;
        const char32_t character = nextCodePoint(text, position);
        if (u_isUWhiteSpace(static_cast<UChar32>(character))) {
            gap = !result.empty();
            continue;
        }
        if (gap) result += ' ';
        gap = false;
        result += text.substr(start, position - start);
    }
    return result;
}

}  // namespace moebel
