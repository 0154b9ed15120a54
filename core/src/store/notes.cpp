#include <sstream>
#include <toml++/toml.h>

#include "moebel/base/file.h"
#include "moebel/store/run_folder.h"
#include "toml_text.h"

namespace moebel {

RunNotes readNotes(const RunFolder& run)
{
    const std::optional<toml::table> table = readToml(run.notesFile());
    RunNotes notes;
    if (!table) return notes;
    if (const toml::array* tags = (*table)["tags"].as_array())
        for (const toml::node& tag : *tags)
            if (const auto text = tag.value<std::string>()) notes.tags.push_back(*text);
    notes.notes = (*table)["notes"].value_or(std::string());
    notes.starred = (*table)["starred"].value_or(false);
    notes.colour = (*table)["colour"].value_or(std::string());
    return notes;
}

Status writeNotes(const RunFolder& run, const RunNotes& notes)
{
    toml::array tags;
    for (const std::string& tag : notes.tags) tags.push_back(tag);
    const toml::table table{
        {"tags", tags}, {"notes", notes.notes}, {"starred", notes.starred}, {"colour", notes.colour}};
    std::ostringstream text;
    text << table << "\n";
    return writeFileAtomically(run.notesFile(), text.str());
}

}  // namespace moebel
