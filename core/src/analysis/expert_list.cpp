#include <nlohmann/json.hpp>

#include "csv_lines.h"
#include "moebel/analysis/expert_allocation.h"
#include "moebel/base/json_depth.h"

namespace moebel
{
namespace
{

constexpr long long kMostExperts = 4096;

Error notAList(const std::string& found)
{
    return invalidInput("bad-expert-list", "\"" + found.substr(0, 40) +
                                               "\" is no list of experts; expected whole numbers from 1 to 4096, one a layer, such as "
                                               "5,4,3, or a JSON array, or CSV with the columns layer,experts");
}

Result<std::vector<std::int64_t>> fromWords(const std::vector<std::string>& words)
{
    std::vector<std::int64_t> experts;
    for (const std::string& word : words) {
        const auto value = wholeFrom(word);
        if (!value || *value < 1 || *value > kMostExperts) return notAList(word);
        experts.push_back(*value);
    }
    return experts.empty() ? Result<std::vector<std::int64_t>>(notAList("")) : experts;
}

Result<std::vector<std::int64_t>> fromJson(const std::string& text)
{
    if (!isShallowJson(text)) return notAList(text);
    const auto value = nlohmann::json::parse(text, nullptr, false);
    const nlohmann::json& list = value.is_object() && value.contains("experts") ? value["experts"] : value;
    if (!list.is_array()) return notAList(text);
    std::vector<std::string> words;
    for (const auto& entry : list) words.push_back(entry.dump());
    return fromWords(words);
}

Result<std::vector<std::int64_t>> fromTable(const std::vector<CsvLine>& lines)
{
    std::vector<std::string> words;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        if (lines[i].cells.size() != 2 || lines[i].cells[0] != std::to_string(i - 1))
            return notAList("line " + std::to_string(lines[i].number));
        words.push_back(lines[i].cells[1]);
    }
    return fromWords(words);
}

/// Numbers with commas, blanks or ends of line between them; brackets around all are taken away.
std::vector<std::string> wordsOf(const std::vector<CsvLine>& lines)
{
    std::vector<std::string> words;
    for (const CsvLine& line : lines)
        for (const std::string& cell : line.cells) {
            std::size_t begin = 0;
            for (std::size_t end = 0; end != std::string::npos; begin = end + 1) {
                end = cell.find_first_of(" \t", begin);
                if (end != begin) words.push_back(cell.substr(begin, end == std::string::npos ? end : end - begin));
            }
        }
    return words;
}

}  // namespace

Result<std::vector<std::int64_t>> parseExpertList(const std::string& text)
{
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first != std::string::npos && (text[first] == '[' || text[first] == '{')) return fromJson(text);
    const std::vector<CsvLine> lines = csvLines(text);
    const std::vector<std::string> head = {"layer", "experts"};
    return !lines.empty() && lines.front().cells == head ? fromTable(lines) : fromWords(wordsOf(lines));
}

}  // namespace moebel
