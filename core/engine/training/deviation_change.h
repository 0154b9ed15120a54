// What a few steps changed in a model, as DMoE's probe keeps it of each language (methods.md 3.3, 3.4).
#pragma once

#include "engine/model/decoder.h"
#include "moebel/analysis/language_matrix.h"
#include "moebel/experiment/experiment.h"

namespace moebel
{

struct DeviationChange {
    std::vector<double> feedForward;  ///< by layer: L2 norm over the weight matrices together
    std::vector<double> attention;
    double changedShare = 0;  ///< of the weights of both: those that are another number now
    torch::Tensor last_P;     ///< fp32: the change of the feed-forward matrices of the last layers, one after the other
};

/// `now` against `before`, which has the same order. Biases and norms count for nothing, the gate by the settings.
DeviationChange measureChange(const std::vector<NamedParameter>& now, const std::vector<torch::Tensor>& before,
                              std::int64_t layers, const DeviationSpec& settings);

/// Of every two, summed in fp64 and clamped to [-1, 1]; unknown where one of them did not change.
LanguageMatrix cosines(const std::vector<std::string>& languages, const std::vector<DeviationChange>& changes);

}  // namespace moebel
