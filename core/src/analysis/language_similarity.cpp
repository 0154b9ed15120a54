#include "moebel/analysis/language_similarity.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "csv_lines.h"

namespace moebel
{
namespace
{

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Mean {
    double sum = 0;
    std::int64_t count = 0;
    void add(double value) { sum += value, ++count; }
    double value() const { return count > 0 ? sum / double(count) : kNone; }
};

double meanOf(double newNew, double newOriginal) { return std::isnan(newNew) ? newOriginal : (newNew + newOriginal) / 2; }

std::string numberText(double value)
{
    if (std::isnan(value)) return {};
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    return {buffer, end};
}

Error wrongCell(const CsvLine& line, const std::string& file, const std::string& column, const std::string& cell)
{
    return invalidInput("bad-similarity",
                        file + ":" + std::to_string(line.number) + ": " + column + " is \"" + cell +
                            "\"; expected a number such as 0.25",
                        file);
}

/// Places of the columns in a line; npos: not there.
struct Columns {
    std::size_t layer, newNew, newOriginal, mean;
};

Result<Columns> readHead(const CsvLine& head, const std::string& file)
{
    const auto place = [&](const char* name) {
        return std::size_t(std::find(head.cells.begin(), head.cells.end(), name) - head.cells.begin());
    };
    const Columns columns{place("layer"), place("new_new"), place("new_original"), place("mean")};
    const std::size_t none = head.cells.size();
    if (columns.layer != none && (columns.mean != none || (columns.newNew != none && columns.newOriginal != none))) return columns;
    return invalidInput("bad-similarity",
                        file + ":" + std::to_string(head.number) +
                            ": the columns are not those of a similarity; expected layer,new_new,new_original,mean as "
                            "`moebel similarity` prints them",
                        file);
}

Result<LayerSimilarity> readLayer(const CsvLine& line, const Columns& columns, std::size_t width, const std::string& file,
                                  std::size_t expected)
{
    if (line.cells.size() != width)
        return invalidInput("bad-similarity",
                            file + ":" + std::to_string(line.number) + ": the line has " + std::to_string(line.cells.size()) +
                                " columns, the first one has " + std::to_string(width),
                            file);
    if (line.cells[columns.layer] != std::to_string(expected))
        return invalidInput("bad-similarity",
                            file + ":" + std::to_string(line.number) + ": layer " + line.cells[columns.layer] +
                                " stands where layer " + std::to_string(expected) +
                                " belongs; give every layer once, from 0 upwards",
                            file);
    const auto read = [&](std::size_t place, const char* name, bool mayBeEmpty) -> Result<double> {
        if (place == width) return kNone;
        const std::string& cell = line.cells[place];
        if (cell.empty() && mayBeEmpty) return kNone;
        const auto value = numberFrom(cell);
        return value ? Result<double>(*value) : Result<double>(wrongCell(line, file, name, cell));
    };
    const auto newNew = read(columns.newNew, "new_new", true);
    if (!newNew) return newNew.error();
    const auto newOriginal = read(columns.newOriginal, "new_original", false);
    if (!newOriginal) return newOriginal.error();
    if (columns.mean == width) return LayerSimilarity{*newNew, *newOriginal, meanOf(*newNew, *newOriginal)};
    const auto mean = read(columns.mean, "mean", false);
    if (!mean) return mean.error();
    return LayerSimilarity{*newNew, *newOriginal, *mean};
}

}  // namespace

LanguageSimilarity::LanguageSimilarity(std::int64_t layers, std::vector<std::string> languages)
    : m_layers(layers), m_languages(std::move(languages)), m_values(std::size_t(layers) * m_languages.size() * m_languages.size())
{
}

std::size_t LanguageSimilarity::index(std::int64_t layer, std::size_t language, std::size_t other) const
{
    return (std::size_t(layer) * m_languages.size() + language) * m_languages.size() + other;
}

double LanguageSimilarity::at(std::int64_t layer, std::size_t language, std::size_t other) const
{
    return m_values[index(layer, language, other)];
}

void LanguageSimilarity::set(std::int64_t layer, std::size_t language, std::size_t other, double value)
{
    m_values[index(layer, language, other)] = m_values[index(layer, other, language)] = value;
}

Result<std::vector<LayerSimilarity>> groupMeans(const LanguageSimilarity& similarity, const std::vector<Language>& languages)
{
    std::vector<std::size_t> added, original;
    for (const Language& language : languages) {
        const auto& codes = similarity.languages();
        const auto place = std::find(codes.begin(), codes.end(), language.code);
        if (place == codes.end()) continue;
        (language.role == LanguageRole::Original ? original : added).push_back(std::size_t(place - codes.begin()));
    }
    if (added.empty() || original.empty())
        return invalidInput("no-pairs", std::string("the similarity has no ") + (added.empty() ? "new" : "original") +
                                            " language; it needs at least one new and one original language");
    std::vector<LayerSimilarity> layers;
    for (std::int64_t layer = 0; layer < similarity.layers(); ++layer) {
        Mean newNew, newOriginal;
        for (std::size_t a = 0; a < added.size(); ++a) {
            for (std::size_t b = a + 1; b < added.size(); ++b) newNew.add(similarity.at(layer, added[a], added[b]));
            for (const std::size_t b : original) newOriginal.add(similarity.at(layer, added[a], b));
        }
        layers.push_back({newNew.value(), newOriginal.value(), meanOf(newNew.value(), newOriginal.value())});
    }
    return layers;
}

std::string toCsv(const std::vector<LayerSimilarity>& layers)
{
    std::string text = "layer,new_new,new_original,mean\n";
    for (std::size_t i = 0; i < layers.size(); ++i)
        text += std::to_string(i) + ',' + numberText(layers[i].newNew) + ',' + numberText(layers[i].newOriginal) + ',' +
                numberText(layers[i].mean) + '\n';
    return text;
}

Result<std::vector<LayerSimilarity>> parseSimilarityCsv(const std::string& text, const std::string& file)
{
    const std::vector<CsvLine> lines = csvLines(text);
    if (lines.empty()) return invalidInput("bad-similarity", file + ": the file is empty; expected layer,new_new,new_original,mean", file);
    const auto columns = readHead(lines.front(), file);
    if (!columns) return columns.error();
    std::vector<LayerSimilarity> layers;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto layer = readLayer(lines[i], *columns, lines.front().cells.size(), file, i - 1);
        if (!layer) return layer.error();
        layers.push_back(*layer);
    }
    if (layers.empty()) return invalidInput("bad-similarity", file + ": there is no layer after the first line", file);
    return layers;
}

}  // namespace moebel
