#include "run_groups.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "moebel/analysis/language_groups.h"
#include "moebel/base/file.h"
#include "output.h"

namespace moebel
{
namespace
{

using Json = nlohmann::ordered_json;
using Groups = std::vector<std::vector<std::string>>;

/// Empty where the run has none.
Groups groupsOf(const RunView& view)
{
    const std::filesystem::path file = view.folder.path / "expert-map.json";
    const auto text = readFile(file);
    const auto map = text ? parseExpertMap(*text, file.string()) : Result<LanguageGroups>(text.error());
    return map ? map->groups : Groups();
}

/// The additions of an adaptation; an empty list otherwise.
Json additionsOf(const RunView& view)
{
    const auto text = readFile(view.folder.path / "adaptation.json");
    const Json file = text ? Json::parse(*text, nullptr, false) : Json();
    return file.is_object() && file.contains("groups") && file["groups"].is_array() ? file["groups"] : Json::array();
}

std::int64_t groupOf(const Groups& groups, const std::string& language)
{
    const auto has = [&](const std::vector<std::string>& group) { return std::count(group.begin(), group.end(), language) > 0; };
    const auto found = std::find_if(groups.begin(), groups.end(), has);
    return found == groups.end() ? -1 : found - groups.begin();
}

/// The group whose expert was copied for this one; "" where it was not.
std::string copiedFrom(const Json& additions, std::int64_t group)
{
    for (const Json& added : additions)
        if (added.value("expert", std::int64_t(-1)) == group) return std::to_string(added.value("nearest", std::int64_t(-1)));
    return {};
}

}  // namespace

Json groupsJson(const RunView& view)
{
    const Groups groups = groupsOf(view);
    if (groups.empty()) return nullptr;
    Json scores = Json::array();
    for (const GroupScore& score : view.groupScores)
        scores.push_back({{"language", score.language}, {"group", groupOf(groups, score.language)}, {"step", score.step}, {"value", score.value}});
    Json result = {{"languages", groups}, {"bits_per_byte", std::move(scores)}};
    if (Json additions = additionsOf(view); !additions.empty()) result["adaptation"] = std::move(additions);
    return result;
}

std::string groupsText(const RunView& view)
{
    const Groups groups = groupsOf(view);
    if (groups.empty() || view.groupScores.empty()) return {};
    const Json additions = additionsOf(view);
    std::vector<std::vector<std::string>> rows = {{"by group", "language", "bits per byte, first", "last", "copy of"}};
    for (std::size_t group = 0; group < groups.size(); ++group)
        for (const std::string& language : groups[group]) {
            std::vector<double> values;
            for (const GroupScore& score : view.groupScores)
                if (score.language == language) values.push_back(score.value);
            if (values.empty()) continue;
            rows.push_back({std::to_string(group), language, numberText(values.front(), 3), numberText(values.back(), 3),
                            copiedFrom(additions, std::int64_t(group))});
        }
    return formatTable(rows, 2);
}

}  // namespace moebel
