#include "json_input.h"

#include "moebel/base/json_depth.h"

namespace moebel
{

Result<nlohmann::json> readJson(std::string_view text, const std::string& where)
{
    if (!isShallowJson(text))
        return invalidInput("bad-json", where + ": arrays or objects are nested more than 64 deep, expected less", where);
    auto value = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (value.is_discarded()) return invalidInput("bad-json", where + ": this is not JSON in UTF-8", where);
    return value;
}

std::string excerpt(const nlohmann::json& value)
{
    constexpr std::size_t kLongest = 40;
    std::string text = value.dump();
    if (text.size() <= kLongest) return text;
    std::size_t end = kLongest;
    while ((std::uint8_t(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end) + "...";
}

}  // namespace moebel
