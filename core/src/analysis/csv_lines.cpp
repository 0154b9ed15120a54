#include "csv_lines.h"

#include <charconv>
#include <cmath>
#include <string_view>

namespace moebel
{
namespace
{

constexpr std::string_view kBlank = " \t\r";

std::string trimmed(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(kBlank) - begin + 1));
}

std::vector<std::string> cellsOf(std::string_view line, char separator)
{
    std::vector<std::string> cells;
    for (;;) {
        const std::size_t end = line.find(separator);
        cells.push_back(trimmed(line.substr(0, end)));
        if (end == std::string_view::npos) return cells;
        line.remove_prefix(end + 1);
    }
}

template <typename Number>
std::optional<Number> whole(const std::string& text)
{
    Number value{};
    const char* const end = text.data() + text.size();
    const auto [next, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && next == end ? std::optional(value) : std::nullopt;
}

}  // namespace

std::vector<CsvLine> csvLines(const std::string& text, char separator)
{
    std::string_view rest = text;
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
    std::vector<CsvLine> lines;
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        if (!trimmed(line).empty()) lines.push_back({number, cellsOf(line, separator)});
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    return lines;
}

std::optional<double> numberFrom(const std::string& text)
{
    const auto value = whole<double>(text);
    return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<long long> wholeFrom(const std::string& text) { return whole<long long>(text); }

}  // namespace moebel
