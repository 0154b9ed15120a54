#include "moebel/analysis/language_matrix.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "same_numbers.h"

namespace moebel
{
namespace
{

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

std::string numberText(double value)
{
    if (std::isnan(value)) return {};
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    return {buffer, end};
}

}  // namespace

LanguageMatrix::LanguageMatrix(std::vector<std::string> languages)
    : m_languages(std::move(languages)), m_values(m_languages.size() * m_languages.size(), kUnknown)
{
}

void LanguageMatrix::set(std::size_t language, std::size_t other, double value)
{
    m_values[language * size() + other] = m_values[other * size() + language] = value;
}

bool LanguageMatrix::operator==(const LanguageMatrix& other) const
{
    return m_languages == other.m_languages && sameNumbers(m_values, other.m_values);
}

LanguageMatrix layerOf(const LanguageSimilarity& similarity, std::int64_t layer)
{
    LanguageMatrix matrix(similarity.languages());
    for (std::size_t a = 0; a < matrix.size(); ++a)
        for (std::size_t b = 0; b <= a; ++b) matrix.set(a, b, similarity.at(layer, a, b));
    return matrix;
}

LanguageMatrix meanOverLayers(const LanguageSimilarity& similarity)
{
    LanguageMatrix matrix(similarity.languages());
    for (std::size_t a = 0; a < matrix.size(); ++a)
        for (std::size_t b = 0; b <= a; ++b) {
            double sum = 0;
            for (std::int64_t layer = 0; layer < similarity.layers(); ++layer) sum += similarity.at(layer, a, b);
            matrix.set(a, b, similarity.layers() > 0 ? sum / double(similarity.layers()) : kUnknown);
        }
    return matrix;
}

LanguageMatrix restrictedTo(const LanguageMatrix& matrix, const std::vector<std::string>& languages)
{
    const auto& all = matrix.languages();
    std::vector<std::size_t> places;
    for (const std::string& language : languages)
        places.push_back(std::size_t(std::find(all.begin(), all.end(), language) - all.begin()));
    LanguageMatrix result(languages);
    for (std::size_t a = 0; a < places.size(); ++a)
        for (std::size_t b = 0; b <= a; ++b)
            if (places[a] < all.size() && places[b] < all.size()) result.set(a, b, matrix.at(places[a], places[b]));
    return result;
}

Status everyPairKnown(const LanguageMatrix& matrix)
{
    for (std::size_t a = 0; a < matrix.size(); ++a)
        for (std::size_t b = 0; b < a; ++b)
            if (std::isnan(matrix.at(a, b)))
                return invalidInput("unknown-similarity", "the similarity of '" + matrix.languages()[a] + "' and '" +
                                                              matrix.languages()[b] +
                                                              "' is not given; expected a number for every pair of languages");
    return Done{};
}

std::string toCsv(const LanguageMatrix& matrix)
{
    std::string text;
    for (std::size_t i = 0; i < matrix.size(); ++i) text += (i > 0 ? "," : "") + matrix.languages()[i];
    text += '\n';
    for (std::size_t a = 0; a < matrix.size(); ++a) {
        for (std::size_t b = 0; b < matrix.size(); ++b) text += (b > 0 ? "," : "") + numberText(matrix.at(a, b));
        text += '\n';
    }
    return text;
}

}  // namespace moebel
