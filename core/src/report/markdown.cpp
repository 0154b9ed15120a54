#include "formats.h"
#include "tables.h"
#include "text.h"

namespace moebel {

namespace {

std::string markdownTable(const Table& table, const std::string& heading)
{
    std::string text = heading + " " + escapeMarkdown(table.title) + "\n\n";
    std::string rule = "|";
    text += '|';
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        text += " " + escapeMarkdown(table.columns[i]) + " |";
        rule += table.numbers[i] ? " ---: |" : " --- |";
    }
    text += "\n" + rule + "\n";
    for (const Row& row : table.rows) {
        text += '|';
        for (const Cell& cell : row.cells) {
            const std::string words = escapeMarkdown(cell.text);
            text += row.summary && !words.empty() ? " **" + words + "** |" : " " + words + " |";
        }
        text += '\n';
    }
    return text + (table.note.empty() ? "\n" : "\n" + escapeMarkdown(table.note) + "\n\n");
}

}  // namespace

std::string markdownReport(const std::vector<RunData>& runs)
{
    std::string text;
    if (runs.size() > 1) text += markdownTable(comparisonTable(runs), "#");
    for (const RunData& run : runs) {
        text += "# " + escapeMarkdown(run.record.title) + "\n\n" + escapeMarkdown(forgettingSentence(run)) + "\n\n";
        if (const std::string note = causalitySentence(run); !note.empty()) text += escapeMarkdown(note) + "\n\n";
        for (const Table& table : allTables(run)) text += markdownTable(table, "##");
        text += "## How to run it again\n\n```sh\n";
        for (const std::string& command : commands(run)) text += command + "\n";
        text += "```\n\n";
    }
    return text;
}

}  // namespace moebel
