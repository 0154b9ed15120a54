#include <algorithm>

#include "json_object.h"
#include "moebel/analysis/language_groups.h"
#include "moebel/base/file.h"

namespace moebel
{
namespace
{

using Json = nlohmann::ordered_json;

constexpr const char* kExpected = "expected {\"<language>\": <group, from 0>, ...}";

Error wrong(const std::string& file, const std::string& what)
{
    return invalidInput("bad-expert-map", file + ": " + what + "; " + kExpected, file);
}

std::string joined(const std::vector<std::string>& languages)
{
    std::string text;
    for (const std::string& language : languages) text += (text.empty() ? "" : " ") + language;
    return text;
}

}  // namespace

std::string wordsOf(const LanguageGroups& groups)
{
    std::string text;
    for (const std::vector<std::string>& group : groups.groups) text += (text.empty() ? "" : " | ") + joined(group);
    return text;
}

std::string toExpertMap(const LanguageGroups& groups)
{
    Json map = Json::object();
    for (std::size_t g = 0; g < groups.groups.size(); ++g)
        for (const std::string& language : groups.groups[g]) map[language] = g;
    return map.dump(1, '\t', false, Json::error_handler_t::replace);
}

Result<LanguageGroups> parseExpertMap(const std::string& text, const std::string& file)
{
    const auto map = jsonObject(text, file, "bad-expert-map", kExpected);
    if (!map) return map.error();
    LanguageGroups result;
    for (const auto& [language, value] : map->items()) {
        if (!value.is_number_integer() || value.get<std::int64_t>() < 0 || value.get<std::uint64_t>() >= map->size())
            return wrong(file, "the group of '" + language + "' is " +
                                   value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 40) + ", and " +
                                   std::to_string(map->size()) + " languages have group 0 to " +
                                   std::to_string(map->size() - 1) + " at most");
        const auto group = value.get<std::size_t>();
        if (group >= result.groups.size()) result.groups.resize(group + 1);
        result.groups[group].push_back(language);
    }
    if (result.groups.empty()) return wrong(file, "there is no language");
    for (std::size_t g = 0; g < result.groups.size(); ++g)
        if (result.groups[g].empty())
            return wrong(file, "group " + std::to_string(g) + " has no language and group " +
                                   std::to_string(result.groups.size() - 1) + " has");
    return withSimilarities(std::move(result), {});
}

Result<Experiment> withGroupMap(Experiment experiment, const std::filesystem::path& folder)
{
    GroupsSpec& groups = experiment.groups;
    if (groups.map.empty()) return experiment;
    const std::filesystem::path file = folder / groups.map;  // an absolute path replaces the folder
    const auto text = readFile(file);
    if (!text) return invalidInput(text.error().code, "groups.map: " + text.error().message, "groups.map");
    const auto map = parseExpertMap(*text, file.string());
    if (!map) return invalidInput(map.error().code, "groups.map: " + map.error().message, "groups.map");
    for (const std::vector<std::string>& group : map->groups) groups.members.push_back(joined(group));
    groups.map.clear();
    return experiment;
}

}  // namespace moebel
