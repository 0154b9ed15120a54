#include "toml_text.h"

#include "moebel/base/file.h"

namespace moebel {

std::optional<toml::table> parseToml(std::string_view text)
{
    try {
        return toml::parse(text);
    } catch (const toml::parse_error&) {
        return std::nullopt;
    }
}

std::optional<toml::table> readToml(const std::filesystem::path& file)
{
    constexpr std::uint64_t kLongest = 4 << 20;
    const Result<std::string> text = readFile(file, kLongest);
    if (!text) return std::nullopt;
    return parseToml(*text);
}

}  // namespace moebel
