// How a few steps of training on one language alone change a base model (DMoE, methods.md 3.2-3.4), and which layers become MoE
// for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "moebel/analysis/language_matrix.h"
#include "moebel/base/result.h"

namespace moebel
{

/// What the probe measures.
struct ParameterDeviation {
    std::vector<std::string> languages;
    std::int64_t steps = 0;                        ///< of training on each language; 0: not told
    std::vector<std::vector<double>> feedForward;  ///< [language][layer]: L2 norm of the change of the weight matrices
    std::vector<std::vector<double>> attention;    ///< the same of the attention; a language's list may be empty: not measured
    LanguageMatrix similarity;          ///< cosines between the changes of the feed-forward networks; empty: not told
    std::int64_t similarityLayers = 0;  ///< the last so many layers made it
    bool withGate = true;               ///< the gate's weights are part of the feed-forward network
    /// Of the weights of feed-forward networks and attention, over all languages: those that changed at all. Well below 1 where
    /// the steps are smaller than what a weight can be told from its neighbour by. Not told: none.
    std::optional<double> changedShare;

    bool operator==(const ParameterDeviation&) const = default;
};

/// {"ar": {"delta_norm_ffn": [...], "delta_norm_att": [...]}, ..., "similarity": {...}}: the published files' shape, and what
/// they lack under the one key that is no language.
std::string toJson(const ParameterDeviation& deviation);
/// Reads that shape; "delta_norm_att" and "similarity" may be missing, and the languages may lie one level deeper under
/// "languages". Error: names file, language, and what was expected.
Result<ParameterDeviation> parseDeviationJson(const std::string& text, const std::string& file);

/// The layers that deviate.
struct LayerChoice {
    std::vector<double> mean;          ///< per layer, of the feed-forward norms over the languages
    std::vector<double> normalised;    ///< the mean, from 0 in the layer that changed least to 1 in the one that changed most
    std::vector<std::int64_t> layers;  ///< at or above the threshold, ascending
    std::string mask;                  ///< bit l stands for layer l; decimal
    bool allEqual = false;             ///< no layer stands out: every normalised deviation is 0

    bool operator==(const LayerChoice&) const = default;
};

/// Means over the languages first, then min-max over the layers, then at or above `epsilon` (0 to 1). Precondition: at least
/// one language and one layer, and the same number of layers in all languages.
LayerChoice chooseLayers(const ParameterDeviation& deviation, double epsilon);

/// The sum of 2^layer in decimal digits, however many layers there are. Precondition: layers from 0 up, each once.
std::string maskOfLayers(const std::vector<std::int64_t>& layers);
/// The layers of such a mask, ascending. Error: no decimal number, or of more layers than a model has (4096).
Result<std::vector<std::int64_t>> layersOfMask(const std::string& mask);

}  // namespace moebel
