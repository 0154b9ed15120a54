#include "moebel/experiment/experiment_edit.h"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "moebel/experiment/experiment_file.h"
#include "toml_lines.h"
#include "toml_values.h"

namespace moebel
{
namespace
{

Error notToml(const toml::parse_error& error)
{
    const auto& place = error.source().begin;
    return invalidInput("not-toml", "line " + std::to_string(place.line) +
                                        ": this is not TOML: " + std::string(error.description()) + "; correct the line first");
}

Error noSuchPath(const std::string& path)
{
    return invalidInput("no-such-path", "nothing can stand at '" + path + "' in this file", path);
}

std::vector<std::string> partsOf(const std::string& path)
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
    if (word.empty() || error != std::errc() || end != word.data() + word.size()) return std::nullopt;
    return index;
}

/// The last line of what stands in a table itself, tables with headers of their own apart; 0 = it has nothing.
std::size_t lastOwnLine(const toml::table& table)
{
    std::size_t last = 0;
    for (const auto& [key, node] : table) {
        const bool hasHeader = (node.is_table() && !node.as_table()->is_inline()) || node.is_array_of_tables();
        if (!hasHeader) last = std::max<std::size_t>(last, node.source().end.line);
    }
    return last;
}

struct Found {
    const toml::table* table = nullptr;  ///< the deepest table on the way
    std::size_t depth = 0;               ///< parts of the path that lead to it
    const toml::node* node = nullptr;    ///< what stands at the whole path
};

Found find(const toml::table& root, const std::vector<std::string>& parts)
{
    Found found{&root, 0, nullptr};
    for (;;) {
        const toml::node* next = found.table->get(parts[found.depth]);
        if (next == nullptr) return found;
        std::size_t used = 1;
        if (const toml::array* array = next->as_array(); array != nullptr && found.depth + 2 < parts.size()) {
            const auto index = asIndex(parts[found.depth + 1]);
            next = index && *index < array->size() ? array->get(*index) : nullptr;
            if (next == nullptr) return found;
            ++used;
        }
        if (found.depth + used == parts.size()) {
            found.node = next;
            return found;
        }
        if (!next->is_table()) return found;
        found.depth += used;
        found.table = next->as_table();
    }
}

std::string joined(const std::vector<std::string>& parts, std::size_t from, std::size_t to)
{
    std::string text;
    for (std::size_t i = from; i < to; ++i) text += (i > from ? "." : "") + keyText(parts[i]);
    return text;
}

/// key = value into a table that is there.
std::string added(const Lines& lines, const toml::table& table, bool isRoot, const std::string& key, const std::string& value)
{
    const std::string assignment = key + " = " + value;
    if (table.is_inline()) {
        const std::size_t end = lines.offset(table.source().end) - 1;
        return lines.replaced(end, end, (table.empty() ? "" : ", ") + assignment);
    }
    const std::size_t last = lastOwnLine(table);
    if (isRoot) return last > 0 ? lines.lineAdded(last, assignment) : lines.replaced(0, 0, assignment + "\n");
    const std::size_t header = table.source().begin.line;
    const std::string_view line = lines.line(header);
    const std::size_t first = line.find_first_not_of(" \t");
    if (first != std::string_view::npos && line[first] == '[') return lines.lineAdded(std::max(last, header), assignment);
    // A table made of dotted keys: the new key begins as its neighbour does.
    const std::string_view left = line.substr(0, line.find('='));
    return lines.lineAdded(std::max(last, header), std::string(left.substr(0, left.rfind('.') + 1)) + assignment);
}

/// A header and what is below it, at the end of the text.
std::string withTable(std::string_view toml, const std::string& block)
{
    std::string text(toml);
    if (!text.empty() && text.back() != '\n') text += '\n';
    return text + (text.empty() ? "" : "\n") + block;
}

std::string stageBlock(StageKind kind) { return "[[stage]]\nkind = " + quotedText(std::string(name(kind))) + "\n"; }

/// The file's own stages; where it has none, those that hold are written down.
std::string withStages(std::string_view toml, const toml::table& root)
{
    std::string text(toml);
    if (root.contains("stage")) return text;
    for (const StageSpec& stage : readExperiment(toml, "").experiment.stages) text = withTable(text, stageBlock(stage.kind));
    return text;
}

bool isTomlValue(const std::string& value)
{
    try {
        const toml::table parsed = toml::parse("value = " + value);
        return parsed.size() == 1;
    } catch (const toml::parse_error&) {
        return false;
    }
}

Result<std::string> set(std::string_view toml, const std::string& path, const std::string& value)
{
    const toml::table root = toml::parse(toml);
    const std::vector<std::string> parts = partsOf(path);
    if (parts.front() == "stage" && parts.size() == 3 && !root.contains("stage")) {
        const std::string whole = withStages(toml, root);
        if (whole == toml) return noSuchPath(path);
        return set(whole, path, value);
    }
    const Lines lines(toml);
    const Found found = find(root, parts);
    if (found.node != nullptr) {
        if (found.node->is_table() && !found.node->as_table()->is_inline()) return noSuchPath(path);
        const toml::table wanted = toml::parse("value = " + value);
        if (const toml::array* old = found.node->as_array(), *list = wanted["value"].as_array();
            old != nullptr && list != nullptr)
            if (auto text = withEntries(lines, *old, *list)) return *text;
        const auto& source = found.node->source();
        return lines.replaced(lines.offset(source.begin), lines.offset(source.end), value);
    }
    const std::size_t missing = parts.size() - found.depth;
    if (missing == 1) return added(lines, *found.table, found.depth == 0, keyText(parts.back()), value);
    if (found.table->contains(parts[found.depth]) || parts[found.depth] == "stage") return noSuchPath(path);
    const std::string header = "[" + joined(parts, 0, parts.size() - 1) + "]\n";
    return withTable(toml, header + keyText(parts.back()) + " = " + value + "\n");
}

Result<std::string> remove(std::string_view toml, const std::string& path)
{
    const toml::table root = toml::parse(toml);
    const Found found = find(root, partsOf(path));
    if (found.node == nullptr || (found.node->is_table() && !found.node->as_table()->is_inline())) return std::string(toml);
    const Lines lines(toml);
    if (!found.table->is_inline()) {
        const auto& source = found.node->source();
        return lines.replaced(lines.start(source.begin.line), lines.start(source.end.line + 1), "");
    }
    std::size_t from = 0, to = lines.offset(found.node->source().end);
    for (const auto& [key, node] : *found.table)
        if (&node == found.node) from = lines.offset(key.source().begin);
    const std::string_view text = lines.text();
    const std::size_t comma = text.find_first_not_of(" \t", to);
    if (comma != std::string_view::npos && text[comma] == ',') {
        to = text.find_first_not_of(" \t", comma + 1);
    } else {
        const std::size_t before = text.find_last_not_of(" \t", from - 1);
        if (text[before] == ',') from = before;
    }
    return lines.replaced(from, to, "");
}

Result<std::string> removeStageFrom(const std::string& toml, std::size_t index)
{
    const toml::table root = toml::parse(toml);
    const toml::array* stages = root["stage"].as_array();
    if (stages == nullptr || index >= stages->size() || !stages->get(index)->is_table())
        return noSuchPath("stage." + std::to_string(index));
    const toml::table& stage = *stages->get(index)->as_table();
    const Lines lines(toml);
    const std::size_t header = stage.source().begin.line;
    std::size_t from = lines.start(header);
    if (header > 1 && lines.line(header - 1).find_first_not_of(" \t\r\n") == std::string_view::npos)
        from = lines.start(header - 1);
    return lines.replaced(from, lines.start(std::max(header, lastOwnLine(stage)) + 1), "");
}

/// What toml++ throws stays here.
template <typename Edit>
Result<std::string> edited(const Edit& edit)
{
    try {
        return edit();
    } catch (const toml::parse_error& error) {
        return notToml(error);
    }
}

}  // namespace

Result<std::string> setValue(std::string_view toml, const std::string& path, const std::string& value)
{
    if (!isTomlValue(value)) return invalidInput("bad-value", "'" + value + "' is not a TOML value", path);
    return edited([&] { return set(toml, path, value); });
}

Result<std::string> removeValue(std::string_view toml, const std::string& path)
{
    return edited([&] { return remove(toml, path); });
}

Result<std::string> addStage(std::string_view toml, StageKind kind)
{
    return edited([&]() -> Result<std::string> { return withTable(withStages(toml, toml::parse(toml)), stageBlock(kind)); });
}

Result<std::string> removeStage(std::string_view toml, std::size_t index)
{
    return edited([&] { return removeStageFrom(withStages(toml, toml::parse(toml)), index); });
}

}  // namespace moebel
