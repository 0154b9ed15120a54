#include "moebel/analysis/routing_divergence.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>

#include "moebel/base/random.h"

namespace moebel {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kMeaningless = 1e-8;  ///< both profiles are uniform: numerator and denominator vanish together
constexpr double kTail = 0.05;

double entropy(const std::vector<double>& p)
{
    double sum = 0;
    for (const double share : p)
        if (share > 0) sum -= share * std::log(share);
    return sum;
}

double largestDivergence(const std::vector<double>& p, const std::vector<double>& q)
{
    return std::log(double(p.size())) - 0.5 * (entropy(p) + entropy(q));
}

void normalise(std::vector<double>& p)
{
    double sum = 0;
    for (const double share : p) sum += share;
    for (double& share : p) share /= sum;
}

/// Empty without tokens or router.
std::vector<double> profileOf(const RoutingStats& stats, LanguageId language, LayerId layer)
{
    const std::int64_t experts = stats.experts()[std::size_t(layer.index)];
    if (experts < 2 || stats.tokens(language) <= 0) return {};
    const double* scores = stats.row(RoutingKind::SoftScore, language) + stats.offset(layer);
    std::vector<double> profile(scores, scores + experts);
    normalise(profile);
    return profile;
}

/// The token-weighted mean of some sequences' scores in one layer.
std::vector<double> meanOf(const std::vector<SequenceProfile>& sequences, const std::vector<std::uint32_t>& order,
                           std::size_t begin, std::size_t end, std::int64_t offset, std::int64_t experts)
{
    std::vector<double> mean(std::size_t(experts), 0.0);
    for (std::size_t i = begin; i < end; ++i) {
        const SequenceProfile& sequence = sequences[order[i]];
        for (std::int64_t e = 0; e < experts; ++e)
            mean[std::size_t(e)] += sequence.tokens * double(sequence.scores[std::size_t(offset + e)]);
    }
    normalise(mean);
    return mean;
}

NullBand bandOf(std::vector<double> draws)
{
    std::erase_if(draws, [](double draw) { return std::isnan(draw); });
    if (draws.empty()) return {kNone, kNone};
    std::sort(draws.begin(), draws.end());
    const auto at = [&](double share) { return draws[std::size_t(std::lround(share * double(draws.size() - 1)))]; };
    return {at(kTail), at(1 - kTail)};
}

/// One language's draws: `[layer][draw]`.
std::vector<std::vector<double>> halfDraws(const std::vector<SequenceProfile>& sequences,
                                           const std::vector<std::int64_t>& experts, Seed seed, int draws)
{
    std::vector<std::vector<double>> divergences(experts.size());
    for (int draw = 0; draw < draws; ++draw) {
        const auto order = randomPermutation(std::uint32_t(sequences.size()), seed, std::uint64_t(draw));
        const std::size_t half = order.size() / 2;
        std::int64_t offset = 0;
        for (std::size_t layer = 0; layer < experts.size(); offset += experts[layer++]) {
            if (experts[layer] < 2) continue;
            divergences[layer].push_back(
                normalisedDivergence(meanOf(sequences, order, 0, half, offset, experts[layer]),
                                     meanOf(sequences, order, half, order.size(), offset, experts[layer])));
        }
    }
    return divergences;
}

/// What independent tokens from one profile give.
NullBand boundOf(const std::vector<double>& p, const std::vector<double>& q, double tokens, double otherTokens)
{
    const double floor = double(p.size() - 1) / 8 * (1 / tokens + 1 / otherTokens);
    return {0, floor / largestDivergence(p, q)};
}

double aboveChance(double value, const NullBand& band)
{
    return std::isnan(value) || std::isnan(band.high) ? kNone : std::max(0.0, value - band.high);
}

}  // namespace

double jensenShannon(const std::vector<double>& p, const std::vector<double>& q)
{
    assert(p.size() == q.size());
    std::vector<double> middle(p.size());
    for (std::size_t e = 0; e < p.size(); ++e) middle[e] = 0.5 * (p[e] + q[e]);
    return std::max(0.0, entropy(middle) - 0.5 * (entropy(p) + entropy(q)));
}

double normalisedDivergence(const std::vector<double>& p, const std::vector<double>& q)
{
    const double most = largestDivergence(p, q);
    return most < kMeaningless ? kNone : jensenShannon(p, q) / most;
}

std::string_view name(DivergenceMeasure measure)
{
    switch (measure) {
    case DivergenceMeasure::Normalised: return "divergence";
    case DivergenceMeasure::JensenShannon: return "Jensen-Shannon divergence";
    case DivergenceMeasure::AboveChance: return "divergence above chance";
    }
    return {};
}

std::string_view explanation(DivergenceMeasure measure)
{
    switch (measure) {
    case DivergenceMeasure::Normalised:
        return "Jensen-Shannon divergence of the languages' mean router scores over the largest one that their entropies allow: "
               "0 = routed alike, 1 = as differently as routers so decided can.";
    case DivergenceMeasure::JensenShannon:
        return "Jensen-Shannon divergence of the languages' mean router scores over ln 2: 0 = the same scores, 1 = no expert in "
               "common.";
    case DivergenceMeasure::AboveChance:
        return "The divergence less what random halves of one and the same language reach (95 of 100 draws); 0 = it may be chance.";
    }
    return {};
}

std::vector<std::vector<double>> RoutingDivergence::values(DivergenceMeasure measure) const
{
    if (measure == DivergenceMeasure::JensenShannon) return jensenShannon;
    if (measure == DivergenceMeasure::Normalised) return normalised;
    std::vector<std::vector<double>> above = normalised;
    for (std::size_t i = 0; i < above.size(); ++i)
        for (std::size_t layer = 0; layer < above[i].size(); ++layer)
            above[i][layer] = aboveChance(normalised[i][layer], chance[i][layer]);
    return above;
}

std::vector<std::vector<NullBand>> halvesBand(const RoutingProfiles& profiles, const std::vector<std::int64_t>& experts,
                                              Seed seed, int draws)
{
    std::vector<std::vector<NullBand>> bands;
    for (std::size_t i = 0; i < profiles.languages.size(); ++i) {
        bands.emplace_back(experts.size(), NullBand{kNone, kNone});
        if (profiles.languages[i].size() < kFewestSequences) continue;
        const auto divergences = halfDraws(profiles.languages[i], experts, deriveSeed(seed, i), draws);
        for (std::size_t layer = 0; layer < experts.size(); ++layer) bands[i][layer] = bandOf(divergences[layer]);
    }
    return bands;
}

RoutingDivergence routingDivergence(const RoutingStats& stats, LanguageId reference,
                                    const std::vector<std::vector<NullBand>>& halves)
{
    const auto languages = std::size_t(stats.languages()), layers = std::size_t(stats.layers());
    RoutingDivergence divergence;
    divergence.fromHalves = !halves.empty();
    divergence.normalised.assign(languages, std::vector<double>(layers, kNone));
    divergence.jensenShannon = divergence.normalised;
    divergence.chance.assign(languages, std::vector<NullBand>(layers, NullBand{kNone, kNone}));
    for (std::size_t i = 0; i < languages; ++i)
        for (std::size_t layer = 0; layer < layers; ++layer) {
            const LanguageId language{std::int32_t(i)};
            const std::vector<double> p = profileOf(stats, language, LayerId{std::int32_t(layer)});
            const std::vector<double> q = profileOf(stats, reference, LayerId{std::int32_t(layer)});
            if (p.empty() || q.empty()) continue;
            divergence.normalised[i][layer] = normalisedDivergence(p, q);
            divergence.jensenShannon[i][layer] = jensenShannon(p, q) / std::numbers::ln2;
            divergence.chance[i][layer] = divergence.fromHalves
                                              ? halves[i][layer]
                                              : boundOf(p, q, stats.tokens(language), stats.tokens(reference));
        }
    return divergence;
}

}  // namespace moebel
