// Files that the grouping laboratory reads, and groups that are made to fit its languages.
#pragma once

#include <QString>
#include <optional>

#include "moebel/analysis/language_groups.h"
#include "moebel/analysis/language_similarity.h"
#include "moebel/analysis/parameter_deviation.h"

namespace moebel
{

/// One of the three, and the languages it tells of.
struct SimilarityFile {
    std::vector<std::string> languages;
    std::optional<ParameterDeviation> deviation;
    std::optional<LanguageSimilarity> hidden;  ///< per layer
    LanguageMatrix matrix;
};
/// What `moebel deviation --json` or `moebel similarity --json` printed, or a matrix as `moebel group` reads it. Error: names
/// file, what was found and expected; also for means of layers, which say nothing of single languages.
Result<SimilarityFile> readSimilarityFile(const QString& file);

std::vector<std::string> languagesIn(const LanguageGroups& groups);
/// The same groups of these languages alone, empty ones left out; a language in none of them stands in a last group with the
/// others. Similarities unknown.
LanguageGroups fitted(const LanguageGroups& groups, const std::vector<std::string>& languages);

}  // namespace moebel
