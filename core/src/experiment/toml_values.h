// Values as TOML text.
#pragma once

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace moebel
{

/// The shortest text that reads back to the same number.
inline std::string realText(double value)
{
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    std::string text(buffer, end);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

/// TOML's basic strings know JSON's escapes.
inline std::string quotedText(const std::string& text)
{
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// A key as it must be written: bare where TOML allows it.
inline std::string keyText(const std::string& key)
{
    const bool bare = !key.empty() && std::all_of(key.begin(), key.end(),
                                                  [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; });
    return bare ? key : quotedText(key);
}

inline std::string ordinalText(std::int64_t number)
{
    const bool teen = number % 100 >= 11 && number % 100 <= 13;
    const char* const ending = teen ? "th" : number % 10 == 1 ? "st" : number % 10 == 2 ? "nd" : number % 10 == 3 ? "rd" : "th";
    return "every " + std::to_string(number) + ending + " document";
}

/// [a, b, c] of what `text` makes of the values.
template <typename Values, typename Text>
std::string listText(const Values& values, const Text& text)
{
    std::string all;
    for (const auto& value : values) all += (all.empty() ? "" : ", ") + text(value);
    return "[" + all + "]";
}

/// {a = 1, b = 2} of what `text` makes of the values.
template <typename Table, typename Text>
std::string tableText(const Table& table, const Text& text)
{
    std::string all;
    for (const auto& [key, value] : table) all += (all.empty() ? "" : ", ") + keyText(key) + " = " + text(value);
    return "{" + all + "}";
}

}  // namespace moebel
