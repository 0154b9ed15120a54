#include "engine/model/checkpoint/name_list.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace moebel
{
namespace
{

constexpr std::size_t kMostEntries = 1000;
constexpr const char* kDigits = "0123456789";

/// Names with the same words around their first number.
struct Entry {
    std::string before, behind;
    std::set<unsigned long> numbers;  ///< none: the name has no number, or one that is too long
};

/// "0-3,5"
std::string runsOf(const std::set<unsigned long>& numbers)
{
    std::string text;
    for (auto first = numbers.begin(); first != numbers.end();) {
        auto last = first;
        while (std::next(last) != numbers.end() && *std::next(last) == *last + 1) ++last;
        if (!text.empty()) text += ',';
        text += std::to_string(*first);
        if (first != last) text.append("-").append(std::to_string(*last));
        first = std::next(last);
    }
    return text;
}

}  // namespace

std::string listedNames(const std::vector<std::string>& names)
{
    std::vector<Entry> entries;
    std::map<std::pair<std::string, std::string>, std::size_t> places;
    for (const std::string& name : names) {
        const std::size_t begin = std::min(name.find_first_of(kDigits), name.size());
        const std::size_t end = std::min(name.find_first_not_of(kDigits, begin), name.size());
        const bool isNumber = end > begin && end - begin < 10 && (name[begin] != '0' || end == begin + 1);
        const std::pair<std::string, std::string> key =
            isNumber ? std::pair(name.substr(0, begin), name.substr(end)) : std::pair(name, std::string());
        const auto [place, isNew] = places.try_emplace(key, entries.size());
        if (isNew) entries.push_back({key.first, key.second, {}});
        if (isNumber) entries[place->second].numbers.insert(std::stoul(name.substr(begin, end - begin)));
    }
    std::string text;
    for (std::size_t i = 0; i < std::min(entries.size(), kMostEntries); ++i) {
        const auto& [before, behind, numbers] = entries[i];
        const std::string runs = runsOf(numbers);
        text += (i == 0 ? "" : ", ") + before + (numbers.size() > 1 ? '{' + runs + '}' : runs) + behind;
    }
    if (entries.size() > kMostEntries) text += " and " + std::to_string(entries.size() - kMostEntries) + " groups more";
    return text;
}

}  // namespace moebel
