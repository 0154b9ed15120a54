#include "toml_lines.h"

#include <algorithm>

#include "toml_values.h"

namespace moebel
{
namespace
{

using Words = std::vector<std::string>;

/// The entries, when all of them are texts.
std::optional<Words> wordsOf(const toml::array& array)
{
    Words words;
    for (const toml::node& entry : array) {
        if (!entry.is_string()) return std::nullopt;
        words.push_back(entry.as_string()->get());
    }
    return words;
}

std::string withEntriesBehind(const Lines& lines, const toml::array& old, const toml::array& wanted)
{
    std::string more;
    for (std::size_t i = old.size(); i < wanted.size(); ++i) more += ", " + quotedText(wanted.get(i)->as_string()->get());
    const std::size_t end = lines.offset(old.back().source().end);
    return lines.replaced(end, end, more);
}

/// One entry goes with its comma, and with its line where it is alone there.
std::string withoutEntry(const Lines& lines, const toml::array& array, std::size_t index)
{
    const std::string_view text = lines.text();
    const toml::source_region& source = array.get(index)->source();
    std::size_t from = lines.offset(source.begin), to = lines.offset(source.end);
    const auto onLine = [&](std::size_t other) {
        return other < array.size() && array.get(other)->source().begin.line == source.begin.line;
    };
    const bool alone = !onLine(index + 1) && (index == 0 || !onLine(index - 1)) &&
                       source.begin.line != array.source().begin.line && source.end.line != array.source().end.line;
    if (alone) return lines.replaced(lines.start(source.begin.line), lines.start(source.end.line + 1), "");
    const std::size_t next = text.find_first_not_of(" \t", to);
    if (next != std::string_view::npos && text[next] == ',') {
        to = std::min(text.find_first_not_of(" \t", next + 1), text.size());
        return lines.replaced(from, to, "");
    }
    const std::size_t before = text.find_last_not_of(" \t", from - 1);
    if (text[before] == ',') from = before;
    return lines.replaced(from, to, "");
}

}  // namespace

std::optional<std::string> withEntries(const Lines& lines, const toml::array& old, const toml::array& wanted)
{
    const auto before = wordsOf(old), after = wordsOf(wanted);
    if (!before || !after || before->empty()) return std::nullopt;
    if (after->size() > before->size() && std::equal(before->begin(), before->end(), after->begin()))
        return withEntriesBehind(lines, old, wanted);
    if (after->size() + 1 != before->size()) return std::nullopt;
    const auto differs = std::mismatch(after->begin(), after->end(), before->begin());
    const std::size_t gone = std::size_t(differs.second - before->begin());
    if (!std::equal(differs.first, after->end(), differs.second + 1)) return std::nullopt;
    return withoutEntry(lines, old, gone);
}

}  // namespace moebel
