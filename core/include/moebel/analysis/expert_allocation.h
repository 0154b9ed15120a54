// Rules that give each layer its number of experts (LayerMoE, methods.md 2.3). Every rule is a pure function of values, and every
// count includes the original feed-forward network: 1 leaves a layer dense.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "moebel/analysis/language_similarity.h"
#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"

namespace moebel
{

/// What the ceiling rule gives for one delta.
struct CeilingAllocation {
    std::vector<std::int64_t> experts;
    double delta = 0;

    bool operator==(const CeilingAllocation&) const = default;
    std::int64_t total() const;
};

/// A wanted total under the ceiling rule, which may jump over it.
struct CeilingSearch {
    std::optional<CeilingAllocation> exact;
    std::optional<CeilingAllocation> below, above;  ///< the neighbours where there is no exact one; none below the layers' number

    bool operator==(const CeilingSearch&) const = default;
};

/// 1/S of each layer's mean. Values below `floor` are raised to it. Error: a value that is not above zero after that, with its
/// layer; small models have such layers (methods.md section 8).
Result<std::vector<double>> similarityWeights(const std::vector<LayerSimilarity>& layers, double floor = 0);

/// The layers whose mean lies below `floor`, ascending.
std::vector<std::int64_t> flooredLayers(const std::vector<LayerSimilarity>& layers, double floor);

/// N^i = ceil(w_i / sum(w) * delta). Preconditions: weights above zero, delta above zero.
CeilingAllocation expertsByCeiling(std::span<const double> weights, double delta);

/// The delta for a total of experts. Where several do, a whole one if there is, else the middle of their range.
/// Precondition: weights above zero. Error: fewer experts than layers.
Result<CeilingSearch> expertsForTotal(std::span<const double> weights, std::int64_t total);

/// Exactly `total` experts: one a layer, and the rest in proportion to the weights, the largest remainders rounded up (Hamilton);
/// ties go to the lower layer. Error: fewer experts than layers.
Result<std::vector<std::int64_t>> expertsByLargestRemainder(std::span<const double> weights, std::int64_t total);

/// One layer changed by hand while the total stays: the others give or gain, one expert at a time, where their count is furthest
/// above or below their share of the total by the weights (empty: equal shares). No layer falls below `least`; what the others
/// cannot give is not taken. Preconditions: one weight and one lower bound a layer.
std::vector<std::int64_t> withLayerSet(std::vector<std::int64_t> experts, std::size_t layer, std::int64_t wanted,
                                       std::span<const double> weights, std::span<const std::int64_t> least);

/// The `count` layers with the highest values, ascending; ties go to the lower layer. NaN comes last.
std::vector<std::int64_t> highestLayers(std::span<const double> values, std::int64_t count);

/// What a description's rule has made of the similarities, and why.
struct AllocationChoice {
    AllocationRule rule = AllocationRule::Manual;
    std::vector<std::int64_t> experts;           ///< per layer, the original one included and those of earlier rounds
    std::vector<std::int64_t> present;           ///< those that were there before this round: 1 in a dense layer
    std::vector<std::int64_t> classifierLayers;  ///< with a language classifier, ascending; layers without a router are passed over
    double delta = 0;                            ///< of the ceiling rule; 0 for the others
    std::int64_t wantedTotal = 0;                ///< of the rule, which counts the original experts and those it adds; 0: none was
    bool exact = true;                           ///< false: the ceiling rule jumps over the wanted total
    std::string reason;                          ///< one sentence

    bool operator==(const AllocationChoice&) const = default;
    std::int64_t total() const;
    std::int64_t added() const;  ///< in this round
};

/// Those with several experts, ascending.
std::vector<std::int64_t> layersWithExperts(const AllocationChoice& choice);

/// The experts and classifiers of a description for these similarities. Where the ceiling rule jumps over the total, the nearer
/// neighbour is taken, the lower one in doubt, and the reason names both. Errors: as similarityWeights() and expertsForTotal(); `where` is
/// the key of the description that decides it ("expansion.total").
/// `present`: experts per layer of a base that is a run; empty: a dense base.
Result<AllocationChoice> chooseExperts(const ExpansionSpec& expansion, const std::vector<LayerSimilarity>& layers,
                                       const std::vector<std::int64_t>& present = {});

/// A published or shared list: "5,4,3", "5 4 3", a JSON array, {"experts": [...]}, or CSV with the head "layer,experts".
/// Error: what was found instead.
Result<std::vector<std::int64_t>> parseExpertList(const std::string& text);

}  // namespace moebel
