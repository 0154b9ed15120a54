// How alike the languages are at each layer, as LayerMoE measures it (methods.md 2.2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/experiment/language.h"

namespace moebel
{

/// Mean of all pairwise cosines between the feed-forward inputs of two languages, by layer. A language with itself is the
/// squared length of its mean unit vector: below 1 unless all of its tokens point the same way.
class LanguageSimilarity
{
public:
    LanguageSimilarity() = default;
    /// Zeros. `languages`: codes, each once.
    LanguageSimilarity(std::int64_t layers, std::vector<std::string> languages);

    std::int64_t layers() const { return m_layers; }
    const std::vector<std::string>& languages() const { return m_languages; }
    double at(std::int64_t layer, std::size_t language, std::size_t other) const;
    /// Sets both directions.
    void set(std::int64_t layer, std::size_t language, std::size_t other, double value);

    bool operator==(const LanguageSimilarity&) const = default;

private:
    std::size_t index(std::int64_t layer, std::size_t language, std::size_t other) const;
    std::int64_t m_layers = 0;
    std::vector<std::string> m_languages;
    std::vector<double> m_values;  ///< [layer][language][other]
};

/// The three means of a layer: over pairs of new languages, over pairs of a new and an original one, and the mean of both.
struct LayerSimilarity {
    double newNew = 0;  ///< NaN with a single new language; the mean is then newOriginal
    double newOriginal = 0;
    double mean = 0;

    bool operator==(const LayerSimilarity&) const = default;
};

/// One a layer. Each language of the similarity that has a role takes part; others are left out. Error: no new or no original
/// language among them.
Result<std::vector<LayerSimilarity>> groupMeans(const LanguageSimilarity& similarity, const std::vector<Language>& languages);

/// "layer,new_new,new_original,mean" and a line a layer; an undefined new_new is left empty.
std::string toCsv(const std::vector<LayerSimilarity>& layers);
/// Reads that form; `mean` may be missing, then it is made of the others. Error: names file, line, and what was expected.
Result<std::vector<LayerSimilarity>> parseSimilarityCsv(const std::string& text, const std::string& file);

}  // namespace moebel
