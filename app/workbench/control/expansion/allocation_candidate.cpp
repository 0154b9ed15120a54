#include "app/workbench/control/expansion/allocation_candidate.h"

#include <algorithm>
#include <numeric>

namespace moebel
{

namespace
{

using Counts = std::vector<std::int64_t>;

std::int64_t sumOf(const Counts& counts) { return std::accumulate(counts.begin(), counts.end(), std::int64_t(0)); }

/// The parts of a schedule as one count a layer.
Result<Counts> scheduled(const AllocationCandidate& candidate, std::size_t layers)
{
    const std::size_t parts = candidate.parts.size();
    if (parts == 0 || parts > layers)
        return invalidInput("bad-allocation", "the schedule has " + std::to_string(parts) + " parts, the model has " +
                                                  std::to_string(layers) +
                                                  " layers; give at least one part and no more than layers");
    return expertsBySchedule(candidate.parts, std::int64_t(layers));
}

Result<Counts> byDeviation(const AllocationCandidate& candidate, const AllocationEvidence& evidence)
{
    if (!evidence.deviation)
        return invalidInput("no-deviation",
                            "the rule by deviation needs a measured deviation; open what `moebel deviation --json` printed");
    Counts experts;
    for (const double value : evidence.deviation->normalised)
        experts.push_back(value >= candidate.threshold ? candidate.each : 1);
    return experts;
}

Result<Counts> byCeiling(const std::vector<double>& weights, std::int64_t total, bool exactly)
{
    const auto search = expertsForTotal(weights, total);
    if (!search) return search.error();
    if (search->exact) return search->exact->experts;
    if (exactly) return expertsByLargestRemainder(weights, total);
    const auto far = [total](const std::optional<CeilingAllocation>& side) {
        return side ? std::abs(side->total() - total) : std::numeric_limits<std::int64_t>::max();
    };
    return far(search->above) < far(search->below) ? search->above->experts : search->below->experts;
}

/// The rule alone, with its own numbers.
Result<Counts> freely(const AllocationCandidate& candidate, const AllocationEvidence& evidence)
{
    switch (candidate.rule) {
        case DesignRule::Uniform:
            return Counts(evidence.layers(), candidate.each);
        case DesignRule::Schedule:
            return scheduled(candidate, evidence.layers());
        case DesignRule::Deviation:
            return byDeviation(candidate, evidence);
        case DesignRule::List:
            return candidate.experts;
        case DesignRule::Delta:
        case DesignRule::Total:
        case DesignRule::LargestRemainder:
        case DesignRule::Reverse:
            break;
    }
    const auto weights = ruleWeights(candidate, evidence);
    if (!weights) return weights.error();
    if (candidate.rule == DesignRule::Delta) return expertsByCeiling(*weights, candidate.delta).experts;
    if (candidate.rule == DesignRule::Total) return byCeiling(*weights, candidate.total, false);
    return expertsByLargestRemainder(*weights, candidate.total);
}

/// The same shares for a sum that is given.
Result<Counts> forSum(const AllocationCandidate& candidate, const AllocationEvidence& evidence, std::int64_t sum)
{
    auto weights = ruleWeights(candidate, evidence);
    if (!weights) return weights.error();
    if (weights->empty()) weights->assign(evidence.layers(), 1.0);
    if (candidate.rule == DesignRule::Delta || candidate.rule == DesignRule::Total) return byCeiling(*weights, sum, true);
    return expertsByLargestRemainder(*weights, sum);
}

}  // namespace

std::int64_t AllocationCandidate::sum() const { return sumOf(experts); }

Result<std::vector<double>> ruleWeights(const AllocationCandidate& candidate, const AllocationEvidence& evidence)
{
    switch (candidate.rule) {
        case DesignRule::Uniform:
        case DesignRule::List:
            return std::vector<double>();
        case DesignRule::Schedule:
        case DesignRule::Deviation: {
            const auto counts = candidate.rule == DesignRule::Schedule ? scheduled(candidate, evidence.layers())
                                                                       : byDeviation(candidate, evidence);
            if (!counts) return counts.error();
            return std::vector<double>(counts->begin(), counts->end());
        }
        case DesignRule::Delta:
        case DesignRule::Total:
        case DesignRule::LargestRemainder:
        case DesignRule::Reverse:
            break;
    }
    auto weights = similarityWeights(evidence.similarity.layers, candidate.floor);
    if (weights && candidate.rule == DesignRule::Reverse)
        for (double& weight : *weights) weight = 1 / weight;
    return weights;
}

Result<AllocationCandidate> byRule(AllocationCandidate candidate, const AllocationEvidence& evidence)
{
    const bool keeps = candidate.locked && candidate.rule != DesignRule::List && !candidate.experts.empty();
    auto experts = keeps ? forSum(candidate, evidence, candidate.sum()) : freely(candidate, evidence);
    if (!experts) return experts.error();
    candidate.experts = std::move(*experts);
    candidate.edited = false;
    std::erase_if(candidate.classifierLayers, [&](std::int64_t layer) {
        const auto at = std::size_t(layer);
        return at >= candidate.experts.size() || candidate.experts[at] + evidence.present[at] - 1 < 2;
    });
    return candidate;
}

AllocationCandidate withExperts(AllocationCandidate candidate, std::size_t layer, std::int64_t experts,
                                const AllocationEvidence& evidence)
{
    if (candidate.locked) {
        const auto weights = ruleWeights(candidate, evidence);
        const Counts least(candidate.experts.size(), 1);
        candidate.experts =
            withLayerSet(std::move(candidate.experts), layer, experts, weights ? *weights : std::vector<double>(), least);
    } else {
        candidate.experts[layer] = std::max<std::int64_t>(1, experts);
    }
    candidate.edited = true;
    return candidate;
}

AllocationCandidate withClassifier(AllocationCandidate candidate, std::int64_t layer, bool on)
{
    std::erase(candidate.classifierLayers, layer);
    if (on) candidate.classifierLayers.push_back(layer);
    std::sort(candidate.classifierLayers.begin(), candidate.classifierLayers.end());
    return candidate;
}

Result<CeilingPlace> ceilingAt(std::int64_t sum, const AllocationEvidence& evidence, double floor)
{
    const auto weights = similarityWeights(evidence.similarity.layers, floor);
    if (!weights) return weights.error();
    const auto search = expertsForTotal(*weights, sum);
    if (!search) return search.error();
    CeilingPlace place{search->exact, search->below, search->above};
    if (!place.exact) return place;
    // The sums next to it that some delta gives.
    const auto layers = std::int64_t(weights->size());
    for (std::int64_t other = sum - 1; other >= layers && !place.below; --other)
        if (const auto found = expertsForTotal(*weights, other); found && found->exact) place.below = found->exact;
    for (std::int64_t other = sum + 1; other <= sum + layers && !place.above; ++other)
        if (const auto found = expertsForTotal(*weights, other); found && found->exact) place.above = found->exact;
    return place;
}

Experiment experimentOf(const AllocationCandidate& candidate, const Experiment& experiment)
{
    Experiment made = experiment;
    made.title += (made.title.empty() ? "" : ", ") + candidate.name.toStdString();
    ExpansionSpec& expansion = made.expansion;
    expansion.rule = AllocationRule::Manual;
    expansion.experts = candidate.experts;
    expansion.total = 0;
    expansion.delta = 0;
    expansion.classifierCount = 0;
    expansion.classifierLayers = candidate.classifierLayers;
    constexpr double kPaperWeight = 0.1;
    const bool learns =
        std::any_of(made.stages.begin(), made.stages.end(), [](const StageSpec& stage) { return stage.classifierWeight > 0; });
    for (StageSpec& stage : made.stages) {
        if (candidate.classifierLayers.empty())
            stage.classifierWeight = 0;
        else if (!learns && stage.kind == StageKind::Review)
            stage.classifierWeight = kPaperWeight;
    }
    return made;
}

Plan planOf(const AllocationCandidate& candidate, const Experiment& experiment)
{
    return makePlan(experimentOf(candidate, experiment));
}

}  // namespace moebel
