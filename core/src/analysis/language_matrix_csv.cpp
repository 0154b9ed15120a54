// Reading a similarity matrix: which cells are codes and which are values is settled first, then the values are placed.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "csv_lines.h"
#include "moebel/analysis/language_matrix.h"

namespace moebel
{
namespace
{

constexpr std::size_t kMostLanguages = 2'000;  // a matrix of them takes 32 MB
constexpr double kRounding = 1e-5;

Error wrong(const std::string& where, const std::string& what, const std::string& file)
{
    return invalidInput("bad-matrix", where + ": " + what, file);
}

/// As most tables have one: the first of comma, semicolon and tab that the first line contains.
char separatorOf(const std::string& text)
{
    const std::string line = text.substr(0, text.find_first_of("\n"));
    for (const char separator : {',', ';', '\t'})
        if (line.find(separator) != std::string::npos) return separator;
    return ',';
}

std::string unquoted(const std::string& cell)
{
    const bool quoted = cell.size() >= 2 && (cell.front() == '"' || cell.front() == '\'') && cell.back() == cell.front();
    return quoted ? cell.substr(1, cell.size() - 2) : cell;
}

bool isLabelWord(std::string cell)
{
    std::transform(cell.begin(), cell.end(), cell.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    for (const char* word : {"", "language", "languages", "lang", "code", "codes", "name", "index", "#"})
        if (cell == word) return true;
    return false;
}

/// The cells of a file, sorted into codes and values.
struct Table {
    std::string file;
    std::vector<std::string> languages;
    std::vector<CsvLine> rows;        ///< values alone
    std::vector<std::string> labels;  ///< one a row; empty: rows follow the header

    std::string where(std::size_t row) const { return file + ":" + std::to_string(rows[row].number); }
};

bool contains(const std::vector<std::string>& codes, const std::string& code)
{
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

/// Whether the rows' first cells are the header's, from `first` on: so even numbers are codes.
bool repeatHeader(const std::vector<std::string>& head, const std::vector<CsvLine>& rows, std::size_t first)
{
    if (rows.size() + first != head.size()) return false;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].cells.front() != head[first + i]) return false;
    return true;
}

bool rowsAreLabelled(const std::vector<std::string>& head, const std::vector<CsvLine>& rows)
{
    if (head.front().empty()) return true;
    const auto isWord = [](const CsvLine& row) { return !row.cells.front().empty() && !numberFrom(row.cells.front()); };
    const auto isCode = [&](const CsvLine& row) { return isWord(row) && contains(head, row.cells.front()); };
    const auto isWider = [&](const CsvLine& row) { return row.cells.size() > head.size(); };
    if (rows.empty()) return false;
    return std::any_of(rows.begin(), rows.end(), isCode) || std::all_of(rows.begin(), rows.end(), isWord) ||
           (isLabelWord(head.front()) && repeatHeader(head, rows, 1)) ||
           (repeatHeader(head, rows, 0) && std::any_of(rows.begin(), rows.end(), isWider));
}

/// Whether the first cell of the header stands over the rows' labels and is no code itself.
bool isLabelColumn(const std::vector<std::string>& head, const std::vector<CsvLine>& rows)
{
    const auto isFull = [&](const CsvLine& row) { return row.cells.size() == head.size(); };
    const auto isItsRow = [&](const CsvLine& row) { return row.cells.front() == head.front(); };
    if (std::any_of(rows.begin(), rows.end(), isItsRow)) return false;
    return isLabelWord(head.front()) || (rows.size() + 1 == head.size() && std::all_of(rows.begin(), rows.end(), isFull));
}

Status checkCodes(const std::vector<std::string>& codes, const std::string& place, const std::string& file)
{
    if (codes.empty()) return wrong(place, "the header names no language; expected language codes", file);
    if (codes.size() > kMostLanguages)
        return wrong(place,
                     "the header names " + std::to_string(codes.size()) + " languages; expected " +
                         std::to_string(kMostLanguages) + " at most",
                     file);
    for (std::size_t i = 0; i < codes.size(); ++i) {
        if (codes[i].empty())
            return wrong(place, "language " + std::to_string(i + 1) + " of the header is empty; expected a language code",
                         file);
        if (std::find(codes.begin(), codes.begin() + std::ptrdiff_t(i), codes[i]) != codes.begin() + std::ptrdiff_t(i))
            return wrong(place, "the header names '" + codes[i] + "' twice; expected every language once", file);
    }
    return Done{};
}

Result<Table> readTable(std::vector<CsvLine> lines, const std::string& file)
{
    const std::string place = file + ":" + std::to_string(lines.front().number);
    std::vector<std::string> head = std::move(lines.front().cells);
    lines.erase(lines.begin());
    while (head.size() > 1 && head.back().empty()) head.pop_back();
    Table table{file, {}, std::move(lines), {}};
    if (rowsAreLabelled(head, table.rows)) {
        if (isLabelColumn(head, table.rows)) head.erase(head.begin());
        for (CsvLine& row : table.rows) {
            table.labels.push_back(row.cells.front());
            row.cells.erase(row.cells.begin());
        }
    }
    if (Status codes = checkCodes(head, place, file); !codes) return codes.error();
    table.languages = std::move(head);
    return table;
}

Status checkShape(const Table& table)
{
    const std::size_t count = table.languages.size();
    if (table.rows.size() != count)
        return wrong(table.file,
                     "the header names " + std::to_string(count) + (count == 1 ? " language" : " languages") + " and " +
                         std::to_string(table.rows.size()) + " rows follow it; expected one row a language",
                     table.file);
    for (std::size_t i = 0; i < count; ++i) {
        auto cells = table.rows[i].cells;
        while (cells.size() > count && cells.back().empty()) cells.pop_back();
        if (cells.size() > count)
            return wrong(table.where(i),
                         "the row has " + std::to_string(cells.size()) + " values, the header names " + std::to_string(count) +
                             " languages; expected one value a language at most",
                         table.file);
    }
    return Done{};
}

/// The language of each row.
Result<std::vector<std::size_t>> rowLanguages(const Table& table)
{
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const auto& codes = table.languages;
        const auto found =
            table.labels.empty() ? codes.begin() + std::ptrdiff_t(i) : std::find(codes.begin(), codes.end(), table.labels[i]);
        if (found == codes.end())
            return wrong(
                table.where(i),
                "the row begins with '" + table.labels[i] + "', which the header does not name; expected one of its languages",
                table.file);
        const auto place = std::size_t(found - codes.begin());
        if (std::find(places.begin(), places.end(), place) != places.end())
            return wrong(table.where(i), "language '" + *found + "' has two rows; expected one row a language", table.file);
        places.push_back(place);
    }
    return places;
}

/// Every value in its place, both directions apart.
Result<std::vector<double>> readValues(const Table& table, const std::vector<std::size_t>& places)
{
    const std::size_t count = table.languages.size();
    std::vector<double> values(count * count, std::nan(""));
    for (std::size_t i = 0; i < count; ++i) {
        const auto& cells = table.rows[i].cells;
        for (std::size_t k = 0; k < std::min(cells.size(), count); ++k) {
            if (cells[k].empty()) continue;
            const auto value = numberFrom(cells[k]);
            if (!value)
                return wrong(table.where(i),
                             "the similarity of '" + table.languages[places[i]] + "' and '" + table.languages[k] + "' is \"" +
                                 cells[k].substr(0, 40) +
                                 "\"; expected a finite number such as 0.25, or nothing in the upper part",
                             table.file);
            values[places[i] * count + k] = *value;
        }
    }
    return values;
}

std::string shortText(double value)
{
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.6g", value);
    return buffer;
}

Result<LanguageMatrix> joined(const Table& table, const std::vector<double>& values)
{
    LanguageMatrix matrix(table.languages);
    const auto& codes = table.languages;
    for (std::size_t a = 0; a < codes.size(); ++a)
        for (std::size_t b = 0; b <= a; ++b) {
            const double lower = values[a * codes.size() + b], upper = values[b * codes.size() + a];
            const double rounding = kRounding * std::max({1.0, std::abs(lower), std::abs(upper)});
            if (std::abs(lower - upper) > rounding)  // not where one of them is unknown
                return wrong(table.file,
                             "'" + codes[a] + "' and '" + codes[b] + "' have the similarity " + shortText(lower) +
                                 " in the row of '" + codes[a] + "' and " + shortText(upper) + " in that of '" + codes[b] +
                                 "'; expected the same value, or an empty upper part",
                             table.file);
            matrix.set(a, b, std::isnan(lower) ? upper : lower);
        }
    return matrix;
}

}  // namespace

Result<LanguageMatrix> parseMatrixCsv(const std::string& text, const std::string& file)
{
    std::vector<CsvLine> lines = csvLines(text, separatorOf(text));
    if (lines.empty())
        return wrong(file, "the file is empty; expected a header of language codes and one row a language", file);
    for (CsvLine& line : lines)
        for (std::string& cell : line.cells) cell = unquoted(cell);
    const auto table = readTable(std::move(lines), file);
    if (!table) return table.error();
    if (Status shape = checkShape(*table); !shape) return shape.error();
    const auto places = rowLanguages(*table);
    if (!places) return places.error();
    const auto values = readValues(*table, *places);
    if (!values) return values.error();
    return joined(*table, *values);
}

}  // namespace moebel
