#include "moebel/analysis/paired_difference.h"

#include <algorithm>
#include <cmath>

#include "moebel/base/random.h"

namespace moebel
{
namespace
{

struct Pair {
    double change = 0;  ///< of value * weight
    double weight = 0;
};

std::vector<Pair> pairsOf(const std::vector<SampleScore>& baseline, const std::vector<SampleScore>& other)
{
    std::vector<Pair> pairs;
    auto a = baseline.begin();
    auto b = other.begin();
    while (a != baseline.end() && b != other.end()) {
        if (a->item < b->item) {
            ++a;
        } else if (b->item < a->item) {
            ++b;
        } else {
            if (std::isfinite(a->value) && std::isfinite(b->value)) pairs.push_back({(b->value - a->value) * a->weight, a->weight});
            ++a, ++b;
        }
    }
    return pairs;
}

double meanOf(const Pair& sum) { return sum.weight > 0 ? sum.change / sum.weight : 0; }

std::vector<double> resampled(const std::vector<Pair>& pairs, int resamples)
{
    std::vector<double> differences;
    for (int r = 0; r < resamples; ++r) {
        const CounterRandom random(Seed{0x4B6F65686E}, std::uint64_t(r));
        Pair sum;
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            const Pair& drawn = pairs[random.below(i, pairs.size())];
            sum.change += drawn.change;
            sum.weight += drawn.weight;
        }
        differences.push_back(meanOf(sum));
    }
    std::sort(differences.begin(), differences.end());
    return differences;
}

}  // namespace

PairedDifference pairedDifference(const std::vector<SampleScore>& baseline, const std::vector<SampleScore>& other, int resamples)
{
    const std::vector<Pair> pairs = pairsOf(baseline, other);
    PairedDifference result;
    result.items = std::int64_t(pairs.size());
    if (pairs.size() < 2 || resamples < 1) return result;
    Pair sum;
    for (const Pair& pair : pairs) {
        sum.change += pair.change;
        sum.weight += pair.weight;
    }
    result.difference = meanOf(sum);
    const std::vector<double> drawn = resampled(pairs, resamples);
    const auto percentile = [&](double share) { return drawn[std::size_t(std::lround(share * double(drawn.size() - 1)))]; };
    result.low = percentile(0.025);
    result.high = percentile(0.975);
    const auto notAbove = std::upper_bound(drawn.begin(), drawn.end(), 0.0) - drawn.begin();
    const auto notBelow = drawn.end() - std::lower_bound(drawn.begin(), drawn.end(), 0.0);
    result.pValue = std::min(1.0, 2 * double(1 + std::min(notAbove, notBelow)) / double(resamples + 1));
    return result;
}

}  // namespace moebel
