// The few questions about UTF-8 that this part asks; answered by ICU.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace moebel {

/// Strict: no overlong forms, surrogates or values above U+10FFFF.
bool isValidUtf8(std::string_view text);
/// The largest position <= `at` that does not cut a character. Precondition: at <= text.size().
std::size_t utf8Boundary(std::string_view text, std::size_t at);
/// Where the character before `at` begins. Precondition: at > 0, between characters.
std::size_t previousCharacter(std::string_view text, std::size_t at);
/// The code point at `position`, which moves behind it; U+FFFD for an invalid byte.
char32_t nextCodePoint(std::string_view text, std::size_t& position);
/// White space as Unicode has it is trimmed at both ends and becomes one space inside.
std::string simplified(std::string_view text);

}  // namespace moebel
