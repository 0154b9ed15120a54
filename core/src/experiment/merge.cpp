#include "merge.h"

#include <charconv>

#include "moebel/base/embedded.h"

namespace moebel {
namespace {

constexpr std::string_view kPresetFolder = "defaults/presets/";

void mergeStages(toml::array& user, const toml::array& preset)
{
    for (std::size_t i = 0; i < std::min(user.size(), preset.size()); ++i) {
        toml::table* mine = user.get(i)->as_table();
        const toml::table* theirs = preset.get(i)->as_table();
        if (mine == nullptr || theirs == nullptr) return;
        const auto kind = (*mine)["kind"].value<std::string>();
        if (kind && kind != (*theirs)["kind"].value<std::string>()) return;
        layUnder(*mine, *theirs);
    }
}

std::vector<std::string> splitPath(const std::string& path)
{
    std::vector<std::string> parts(1);
    for (const char letter : path) {
        if (letter == '.')
            parts.emplace_back();
        else
            parts.back() += letter;
    }
    return parts;
}

std::optional<std::size_t> asIndex(const std::string& word)
{
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), index);
    if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
    return index;
}

void insertValue(toml::table& table, const std::string& key, const std::string& text)
{
    try {
        toml::table parsed = toml::parse("value = " + text);
        parsed.get("value")->visit([&](const auto& value) { table.insert_or_assign(key, value); });  // a copy has no line in the file
    } catch (const toml::parse_error&) {
        table.insert_or_assign(key, text);
    }
}

Problem noSuchPath(const Override& override, const std::string& what)
{
    return {"unknown-key", override.path, 0, 0, what, "--set " + override.path + "=" + override.value};
}

}  // namespace

void layUnder(toml::table& user, const toml::table& preset)
{
    for (const auto& [key, node] : preset) {
        toml::node* mine = user.get(key.str());
        if (mine == nullptr)
            node.visit([&, name = std::string(key.str())](const auto& value) { user.insert(name, value); });
        else if (mine->is_table() && node.is_table())
            layUnder(*mine->as_table(), *node.as_table());
        else if (mine->is_array() && key.str() == "stage" && node.is_array())
            mergeStages(*mine->as_array(), *node.as_array());
    }
}

std::optional<Problem> applyOverride(toml::table& table, const Override& override)
{
    const std::vector<std::string> parts = splitPath(override.path);
    toml::table* current = &table;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        toml::node* next = current->get(parts[i]);
        if (next == nullptr) next = &current->insert(parts[i], toml::table()).first->second;
        if (toml::array* array = next->as_array(); array != nullptr && i + 2 < parts.size()) {
            const auto index = asIndex(parts[i + 1]);
            if (!index || *index >= array->size() || !array->get(*index)->is_table())
                return noSuchPath(override, "'" + parts[i] + "' has " + std::to_string(array->size()) +
                                                " entries, numbered from 0; '" + parts[i + 1] + "' is none of them");
            next = array->get(*index);
            ++i;
        }
        current = next->as_table();
        if (current == nullptr) return noSuchPath(override, "'" + parts[i] + "' is a value and has no keys below it");
    }
    insertValue(*current, parts.back(), override.value);
    return std::nullopt;
}

std::optional<toml::table> presetTable(const std::string& presetName)
{
    const auto text = embeddedFile(std::string(kPresetFolder) + presetName + ".toml");
    if (!text) return std::nullopt;
    return toml::parse(*text, presetName + ".toml");
}

std::vector<std::string> presetNames()
{
    std::vector<std::string> names;
    for (const std::string_view path : embeddedFiles(kPresetFolder))
        names.emplace_back(path.substr(kPresetFolder.size(), path.size() - kPresetFolder.size() - 5));
    return names;
}

}  // namespace moebel
