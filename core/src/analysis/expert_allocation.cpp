#include "moebel/analysis/expert_allocation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace moebel
{
namespace
{

/// Shares that are whole numbers up to rounding are not rounded up once more.
constexpr double kRounding = 1e-9;

double sumOf(std::span<const double> weights) { return std::accumulate(weights.begin(), weights.end(), 0.0); }

std::string shortText(double value)
{
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.4g", value);
    return buffer;
}

Error tooFew(std::int64_t total, std::size_t layers)
{
    return invalidInput("total-too-small", "a total of " + std::to_string(total) + " experts is less than one for each of the " +
                                               std::to_string(layers) + " layers; ask for at least " + std::to_string(layers) +
                                               " (the original feed-forward networks are counted)");
}

/// The deltas at which some layer gets one more, around those that can give the total: total - layers < delta <= total.
std::vector<double> jumpsAround(std::span<const double> weights, double total)
{
    const double sum = sumOf(weights), layers = double(weights.size());
    const double low = std::max(0.0, total - 2 * layers - 1), high = total + layers + 1;
    std::vector<double> jumps = {low, high};
    for (const double weight : weights) {
        const double share = weight / sum;
        for (double count = std::max(1.0, std::ceil(low * share)); count <= high * share; ++count) jumps.push_back(count / share);
    }
    std::sort(jumps.begin(), jumps.end());
    return jumps;
}

/// A delta between two jumps: a whole one if there is, the end of the range included, else the middle.
double deltaBetween(double low, double high)
{
    const double whole = std::floor(low + kRounding * (1 + low)) + 1;
    return whole <= high + kRounding * (1 + high) ? whole : (low + high) / 2;
}

}  // namespace

std::int64_t CeilingAllocation::total() const { return std::accumulate(experts.begin(), experts.end(), std::int64_t(0)); }

Result<std::vector<double>> similarityWeights(const std::vector<LayerSimilarity>& layers, double floor)
{
    std::vector<double> weights;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const double similarity = std::max(layers[i].mean, floor);
        if (!(similarity > 0))
            return invalidInput("similarity-not-positive",
                                "layer " + std::to_string(i) + ": the mean similarity is " + shortText(layers[i].mean) +
                                    ", and experts are given by its inverse, so it must be above zero; set a floor such as "
                                    "0.01, or choose another rule");
        weights.push_back(1 / similarity);
    }
    return weights;
}

std::vector<std::int64_t> flooredLayers(const std::vector<LayerSimilarity>& layers, double floor)
{
    std::vector<std::int64_t> raised;
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (layers[i].mean < floor) raised.push_back(std::int64_t(i));
    return raised;
}

CeilingAllocation expertsByCeiling(std::span<const double> weights, double delta)
{
    const double sum = sumOf(weights);
    CeilingAllocation allocation{{}, delta};
    for (const double weight : weights) {
        const double share = weight / sum * delta;
        allocation.experts.push_back(std::max<std::int64_t>(1, std::int64_t(std::ceil(share - kRounding * (1 + share)))));
    }
    return allocation;
}

Result<CeilingSearch> expertsForTotal(std::span<const double> weights, std::int64_t total)
{
    if (total < std::int64_t(weights.size())) return tooFew(total, weights.size());
    CeilingSearch search;
    const std::vector<double> jumps = jumpsAround(weights, double(total));
    for (std::size_t i = 1; i < jumps.size(); ++i) {
        if (jumps[i] - jumps[i - 1] <= 4 * kRounding * (1 + jumps[i])) continue;
        CeilingAllocation found = expertsByCeiling(weights, deltaBetween(jumps[i - 1], jumps[i]));
        if (found.total() == total) {
            search.exact = std::move(found);
            search.below.reset();
            return search;
        }
        if (found.total() < total) {
            search.below = std::move(found);
        } else {
            search.above = std::move(found);
            return search;
        }
    }
    return search;
}

Result<std::vector<std::int64_t>> expertsByLargestRemainder(std::span<const double> weights, std::int64_t total)
{
    if (total < std::int64_t(weights.size())) return tooFew(total, weights.size());
    const double rest = double(total) - double(weights.size()), sum = sumOf(weights);
    std::vector<std::int64_t> experts;
    std::vector<double> remainders;
    for (const double weight : weights) {
        const double share = weight / sum * rest, whole = std::floor(share + kRounding * (1 + share));
        experts.push_back(1 + std::int64_t(whole));
        remainders.push_back(share - whole);
    }
    const std::int64_t given = std::accumulate(experts.begin(), experts.end(), std::int64_t(0));
    for (const std::int64_t layer : highestLayers(remainders, total - given)) ++experts[std::size_t(layer)];
    return experts;
}

std::vector<std::int64_t> withLayerSet(std::vector<std::int64_t> experts, std::size_t layer, std::int64_t wanted,
                                       std::span<const double> weights, std::span<const std::int64_t> least)
{
    wanted = std::max(wanted, least[layer]);
    const double total = double(std::accumulate(experts.begin(), experts.end(), std::int64_t(0)));
    const double sum = weights.empty() ? double(experts.size()) : sumOf(weights);
    const auto excess = [&](std::size_t i) { return double(experts[i]) - total * (weights.empty() ? 1.0 : weights[i]) / sum; };
    while (experts[layer] != wanted) {
        const std::int64_t step = experts[layer] < wanted ? 1 : -1;  // of this layer; another one goes the other way
        std::size_t other = experts.size();
        for (std::size_t i = 0; i < experts.size(); ++i) {
            if (i == layer || (step > 0 && experts[i] <= least[i])) continue;
            if (other == experts.size() || double(step) * excess(i) > double(step) * excess(other)) other = i;
        }
        if (other == experts.size()) break;
        experts[layer] += step;
        experts[other] -= step;
    }
    return experts;
}

std::vector<std::int64_t> highestLayers(std::span<const double> values, std::int64_t count)
{
    std::vector<std::int64_t> layers(values.size());
    std::iota(layers.begin(), layers.end(), 0);
    const auto key = [&](std::int64_t layer) {
        const double value = values[std::size_t(layer)];
        return std::isnan(value) ? -HUGE_VAL : value;
    };
    std::stable_sort(layers.begin(), layers.end(), [&](std::int64_t a, std::int64_t b) { return key(a) > key(b); });
    layers.resize(std::size_t(std::clamp<std::int64_t>(count, 0, std::int64_t(layers.size()))));
    std::sort(layers.begin(), layers.end());
    return layers;
}

}  // namespace moebel
