#include "formats.h"
#include "tables.h"
#include "text.h"

namespace moebel {

namespace {

// Other scripts need a font of their own in LaTeX: such a cell is left out here (the code stands beside it).
std::string latexCell(const Cell& cell)
{
    if (!cell.language.empty()) return {};
    std::string text = escapeLatex(cell.text);
    const auto replace = [&text](std::string_view from, std::string_view to) {
        for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
            text.replace(at, from.size(), to);
    };
    replace("\u2013", "--");
    replace("\u00d7", "$\\times$");
    replace("\u00b1", "$\\pm$");
    return text;
}

std::string latexTable(const Table& table)
{
    std::vector<bool> shown(table.columns.size(), true);  // without the column of names in other scripts
    for (const Row& row : table.rows)
        for (std::size_t i = 0; i < row.cells.size(); ++i)
            if (!row.cells[i].language.empty()) shown[i] = false;
    const auto line = [&](auto cellAt, std::size_t cells) {
        std::string text;
        for (std::size_t i = 0; i < cells; ++i)
            if (shown[i]) text += (text.empty() ? "" : " & ") + cellAt(i);
        return text + " \\\\\n";
    };
    std::string columns;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        if (shown[i]) columns += table.numbers[i] ? 'r' : 'l';
    std::string text = "\\begin{longtable}{" + columns + "}\n\\caption{" + latexCell({table.title + ". " + table.note, 0, {}}) +
                       "}\\\\\n\\toprule\n";
    text += line([&](std::size_t i) { return latexCell({table.columns[i], 0, {}}); }, table.columns.size());
    text += "\\midrule\n\\endhead\n";
    for (const Row& row : table.rows) {
        text += line(
            [&](std::size_t i) {
                const std::string words = latexCell(row.cells[i]);
                return row.summary && !words.empty() ? "\\textbf{" + words + "}" : words;
            },
            row.cells.size());
        if (row.summary && &row != &table.rows.back()) text += "\\midrule\n";
    }
    return text + "\\bottomrule\n\\end{longtable}\n\n";
}

}  // namespace

std::string latexReport(const std::vector<RunData>& runs)
{
    std::string text = "% Tables for a document with \\usepackage{booktabs,longtable}.\n";
    if (runs.size() > 1) text += latexTable(comparisonTable(runs));
    for (const RunData& run : runs) {
        text += "\n% " + escapeLatex(run.record.title) + ", run " + escapeLatex(run.record.id) + "\n";
        text += escapeLatex(forgettingSentence(run)) + "\n\n";
        if (const std::string note = causalitySentence(run); !note.empty()) text += escapeLatex(note) + "\n\n";
        for (const Table& table : allTables(run)) text += latexTable(table);
    }
    return text;
}

}  // namespace moebel
