#include <sstream>
#include <toml++/toml.h>

#include "moebel/base/file.h"
#include "moebel/store/run_folder.h"
#include "toml_text.h"

namespace moebel {

namespace {

RunNotes notesOf(const toml::table& table)
{
    RunNotes notes;
    if (const toml::array* tags = table["tags"].as_array())
        for (const toml::node& tag : *tags)
            if (const auto text = tag.value<std::string>()) notes.tags.push_back(*text);
    notes.notes = table["notes"].value_or(std::string());
    notes.starred = table["starred"].value_or(false);
    notes.colour = table["colour"].value_or(std::string());
    return notes;
}

}  // namespace

RunNotes readNotes(const RunFolder& run)
{
    const std::optional<toml::table> table = readToml(run.notesFile());
    return table ? notesOf(*table) : RunNotes();
}

Status writeNotes(const RunFolder& run, const RunNotes& notes)
{
    toml::array tags;
    for (const std::string& tag : notes.tags) tags.push_back(tag);
    const toml::table table{
        {"tags", tags}, {"notes", notes.notes}, {"starred", notes.starred}, {"colour", notes.colour}};
    // Without the long forms of strings: toml++ writes some of them so that they read back differently.
    constexpr auto kLongForms = toml::format_flags::allow_multi_line_strings | toml::format_flags::allow_literal_strings;
    std::ostringstream text;
    text << toml::toml_formatter(table, toml::toml_formatter::default_flags & ~kLongForms) << "\n";
    if (const auto back = parseToml(text.str()); !back || notesOf(*back) != notes)
        return invalidInput("bad-text", run.notesFile().string() + " can't hold these notes, expected UTF-8 text; write them anew",
                            run.notesFile().string());
    return writeFileAtomically(run.notesFile(), text.str());
}

}  // namespace moebel
