// How alike languages are, one number a pair: what groups and maps of languages are made from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "moebel/analysis/language_similarity.h"
#include "moebel/base/result.h"

namespace moebel
{

/// A symmetric matrix of similarities, higher is more alike. NaN: unknown. Any scale will do: only the order of the values
/// counts for groups; maps take 1 as "the same".
class LanguageMatrix
{
public:
    LanguageMatrix() = default;
    /// Every similarity unknown. `languages`: codes, each once.
    explicit LanguageMatrix(std::vector<std::string> languages);

    std::size_t size() const { return m_languages.size(); }
    const std::vector<std::string>& languages() const { return m_languages; }
    double at(std::size_t language, std::size_t other) const { return m_values[language * size() + other]; }
    /// Sets both directions.
    void set(std::size_t language, std::size_t other, double value);

    /// Two unknown similarities are equal.
    bool operator==(const LanguageMatrix& other) const;

private:
    std::vector<std::string> m_languages;
    std::vector<double> m_values;  ///< [language][other]
};

/// One layer of a similarity. Precondition: it has that layer.
LanguageMatrix layerOf(const LanguageSimilarity& similarity, std::int64_t layer);
/// Of every pair over all layers; NaN without layers.
LanguageMatrix meanOverLayers(const LanguageSimilarity& similarity);

/// Of these languages alone, in this order. A language that the matrix does not have is unknown to all.
LanguageMatrix restrictedTo(const LanguageMatrix& matrix, const std::vector<std::string>& languages);

/// Done where every pair of two languages is known; a language with itself may be unknown. Error: names the first pair.
Status everyPairKnown(const LanguageMatrix& matrix);

/// A header of language codes and a full row a language; what is unknown is left empty.
std::string toCsv(const LanguageMatrix& matrix);
/// Reads that form and its relatives: rows may begin with their language's code, under an empty cell or a word such as
/// "language" or under no cell of the header, and then stand in any order; the upper or the lower part and the diagonal may be
/// empty; cells may be quoted, and semicolons or tabs may stand for the commas. Where both parts are given the lower one is
/// taken. Error: names file, line, and what was expected; also where the parts differ by more than rounding (1e-5).
Result<LanguageMatrix> parseMatrixCsv(const std::string& text, const std::string& file);

}  // namespace moebel
