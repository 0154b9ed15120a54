#include <cmath>
#include <limits>
#include <numeric>

#include "moebel/analysis/expert_allocation.h"

namespace moebel
{
namespace
{

std::int64_t sum(const std::vector<std::int64_t>& experts) { return std::accumulate(experts.begin(), experts.end(), std::int64_t(0)); }

std::string listed(const std::vector<std::int64_t>& numbers)
{
    std::string text;
    for (const std::int64_t number : numbers) text += (text.empty() ? "" : ",") + std::to_string(number);
    return text;
}

std::string shortText(double value)
{
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.6g", value);
    return buffer;
}

/// Names the key of the description that the error is about.
Error at(Error error, const std::string& key)
{
    error.where = key;
    return error;
}

void take(const CeilingAllocation& allocation, AllocationChoice& choice)
{
    choice.experts = allocation.experts;
    choice.delta = allocation.delta;
    choice.reason = "rounded up from the shares of 1/similarity of delta " + shortText(allocation.delta);
}

void takeNeighbour(const CeilingSearch& search, AllocationChoice& choice)
{
    const auto distance = [&](const std::optional<CeilingAllocation>& side) {
        return side ? std::abs(side->total() - choice.wantedTotal) : std::numeric_limits<std::int64_t>::max();
    };
    take(distance(search.above) < distance(search.below) ? *search.above : *search.below, choice);
    choice.exact = false;
    choice.reason += "; no delta gives the total of " + std::to_string(choice.wantedTotal) + " that was asked for";
    for (const auto& side : {search.below, search.above})
        if (side)
            choice.reason += ", delta " + shortText(side->delta) + " gives " + std::to_string(side->total()) + " (" +
                             listed(side->experts) + ")";
}

Status bySimilarity(const ExpansionSpec& expansion, const std::vector<double>& weights, AllocationChoice& choice)
{
    if (expansion.delta > 0) {
        take(expertsByCeiling(weights, expansion.delta), choice);
        return Done{};
    }
    const auto search = expertsForTotal(weights, choice.wantedTotal);
    if (!search) return at(search.error(), "expansion.total");
    if (search->exact)
        take(*search->exact, choice);
    else
        takeNeighbour(*search, choice);
    return Done{};
}

Status byRemainder(const std::vector<double>& weights, const char* shares, AllocationChoice& choice)
{
    auto experts = expertsByLargestRemainder(weights, choice.wantedTotal);
    if (!experts) return at(experts.error(), "expansion.total");
    choice.experts = std::move(*experts);
    choice.reason = std::string("one a layer and the rest by the shares of ") + shares + ", the largest remainders rounded up";
    return Done{};
}

Status byRule(const ExpansionSpec& expansion, const std::vector<LayerSimilarity>& layers, AllocationChoice& choice)
{
    if (expansion.rule == AllocationRule::Manual) {
        choice.experts = expansion.experts;
        if (choice.experts.size() == 1) choice.experts.assign(layers.size(), choice.experts.front());
        choice.reason = "as the description gives them";
        return Done{};
    }
    if (expansion.rule == AllocationRule::Schedule) {
        choice.experts = expertsBySchedule(expansion.experts, std::int64_t(layers.size()));
        choice.reason = "the schedule " + listed(expansion.experts) + " from bottom to top";
        return Done{};
    }
    if (expansion.rule == AllocationRule::Uniform) {
        choice.wantedTotal = wantedTotal(expansion, std::int64_t(layers.size()));
        choice.experts = expertsEvenly(choice.wantedTotal, std::int64_t(layers.size()));
        choice.reason = "the same in every layer, as far as the total allows";
        return Done{};
    }
    if (usesGroups(expansion))
        return invalidInput("bad-rule", "the rule \"" + std::string(name(expansion.rule)) +
                                            "\" makes one expert a group of languages; it needs the groups, not similarities", "expansion.rule");
    auto weights = similarityWeights(layers, expansion.similarityFloor);
    if (!weights) return at(weights.error(), "expansion.similarity_floor");
    choice.wantedTotal = wantedTotal(expansion, std::int64_t(layers.size()));
    if (expansion.rule == AllocationRule::BySimilarity) return bySimilarity(expansion, *weights, choice);
    if (expansion.rule == AllocationRule::LargestRemainder) return byRemainder(*weights, "1/similarity", choice);
    for (double& weight : *weights) weight = 1 / weight;
    return byRemainder(*weights, "the similarity itself (a control)", choice);
}

void tellFloored(const ExpansionSpec& expansion, const std::vector<LayerSimilarity>& layers, AllocationChoice& choice)
{
    if (!isBySimilarity(expansion.rule)) return;
    const std::vector<std::int64_t> raised = flooredLayers(layers, expansion.similarityFloor);
    if (!raised.empty())
        choice.reason += "; the similarity of layers " + listed(raised) + " was raised to the floor of " + shortText(expansion.similarityFloor);
}

std::vector<std::int64_t> classifiersOf(const ExpansionSpec& expansion, const std::vector<LayerSimilarity>& layers,
                                        const std::vector<std::int64_t>& experts)
{
    const auto hasRouter = [&](std::int64_t layer) { return experts[std::size_t(layer)] > 1; };
    std::vector<double> values;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const double value = expansion.classifierChoice == ClassifierChoice::ByMean ? layers[i].mean : layers[i].newOriginal;
        values.push_back(hasRouter(std::int64_t(i)) ? value : std::nan(""));
    }
    std::vector<std::int64_t> chosen =
        expansion.classifierCount > 0 ? highestLayers(values, expansion.classifierCount) : expansion.classifierLayers;
    std::erase_if(chosen, [&](std::int64_t layer) { return layer >= std::int64_t(experts.size()) || !hasRouter(layer); });
    return chosen;
}

}  // namespace

std::int64_t AllocationChoice::total() const { return sum(experts); }

std::int64_t AllocationChoice::added() const { return sum(experts) - sum(present); }

Result<AllocationChoice> chooseExperts(const ExpansionSpec& expansion, const std::vector<LayerSimilarity>& layers,
                                       const std::vector<std::int64_t>& present)
{
    AllocationChoice choice;
    choice.rule = expansion.rule;
    if (Status chosen = byRule(expansion, layers, choice); !chosen) return chosen.error();
    tellFloored(expansion, layers, choice);
    choice.present = present.empty() ? std::vector<std::int64_t>(layers.size(), 1) : present;
    for (std::size_t i = 0; i < choice.experts.size(); ++i) choice.experts[i] += choice.present[i] - 1;
    choice.classifierLayers = classifiersOf(expansion, layers, choice.experts);
    return choice;
}

std::vector<std::int64_t> layersWithExperts(const AllocationChoice& choice)
{
    std::vector<std::int64_t> layers;
    for (std::size_t layer = 0; layer < choice.experts.size(); ++layer)
        if (choice.experts[layer] > 1) layers.push_back(std::int64_t(layer));
    return layers;
}

}  // namespace moebel
