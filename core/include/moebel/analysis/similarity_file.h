// Similarities from a file: what `moebel similarity` prints, with or without --json.
#pragma once

#include <string>
#include <vector>

#include "moebel/analysis/language_similarity.h"
#include "moebel/base/result.h"

namespace moebel
{

/// The means of each layer, and every pair behind them where the file has them.
struct MeasuredSimilarity {
    std::vector<LayerSimilarity> layers;
    LanguageSimilarity pairs;  ///< without layers: only the means are known

    bool operator==(const MeasuredSimilarity&) const = default;
};

/// A JSON object {"layers": [{"layer", "new_new", "new_original", "mean"}], "pairs": [{"layer", "language", "other",
/// "similarity"}]}, where "pairs" may be missing, or CSV as parseSimilarityCsv() reads it. Error "bad-similarity": names file,
/// place, and what was expected.
Result<MeasuredSimilarity> parseSimilarity(const std::string& text, const std::string& file);

}  // namespace moebel
