// How differently the routers treat two languages, layer by layer, and what of it may be chance.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "moebel/analysis/routing_stats.h"

namespace moebel {

/// The mean softmax scores over all experts (before top-K) of one sequence: a document of a held-out text.
struct SequenceProfile {
    double tokens = 0;
    std::vector<float> scores;  ///< layer after layer as in RoutingStats; zeros where a layer has no router
    bool operator==(const SequenceProfile&) const = default;
};

/// The sequences of a text, by language. Empty where they were not kept.
struct RoutingProfiles {
    std::vector<std::vector<SequenceProfile>> languages;
    bool operator==(const RoutingProfiles&) const = default;
    bool empty() const { return languages.empty(); }
};

/// Jensen-Shannon divergence in nats (not its root), 0 to ln 2. Precondition: same length.
double jensenShannon(const std::vector<double>& p, const std::vector<double>& q);
/// The same over the largest value that the two entropies allow, ln(experts) - (H(p) + H(q))/2: 0 to 1, comparable between
/// layers (Bandarkar et al., 2510.04694). NaN for one expert and for two uniform profiles, where it means nothing.
double normalisedDivergence(const std::vector<double>& p, const std::vector<double>& q);

enum class DivergenceMeasure {
    Normalised,     ///< normalisedDivergence()
    JensenShannon,  ///< jensenShannon() / ln 2
    AboveChance     ///< Normalised less the upper end of the null band, 0 inside of it
};
inline constexpr DivergenceMeasure kDivergenceMeasures[] = {DivergenceMeasure::Normalised, DivergenceMeasure::JensenShannon,
                                                            DivergenceMeasure::AboveChance};
std::string_view name(DivergenceMeasure measure);         ///< "divergence", "Jensen-Shannon divergence", "divergence above chance"
std::string_view explanation(DivergenceMeasure measure);  ///< one sentence for a person

/// What normalisedDivergence() is between two parts of one and the same language.
struct NullBand {
    double low = 0;   ///< 5 of 100 draws are below; 0 where only a bound is known
    double high = 0;  ///< 5 of 100 draws are above
    bool operator==(const NullBand&) const = default;
};

/// Of each language to a reference; `[language][layer]`, NaN without tokens, router or meaning.
struct RoutingDivergence {
    std::vector<std::vector<double>> normalised;
    std::vector<std::vector<double>> jensenShannon;  ///< over ln 2
    std::vector<std::vector<NullBand>> chance;
    /// The band comes from random halves of each language's sequences; else it is what independent tokens alone would do,
    /// (E - 1)/8 (1/n + 1/m), a lower bound.
    bool fromHalves = false;

    std::vector<std::vector<double>> values(DivergenceMeasure measure) const;
};

/// `[language][layer]`: random halves of the language's sequences against each other, the same for the same seed. NaN with
/// fewer than kFewestSequences. A half has half of the tokens, so the band is rather too wide than too narrow.
std::vector<std::vector<NullBand>> halvesBand(const RoutingProfiles& profiles, const std::vector<std::int64_t>& experts,
                                              Seed seed = Seed{0}, int draws = 200);
inline constexpr std::size_t kFewestSequences = 8;

/// `halves`: from halvesBand(), or empty. Precondition: the reference is one of the languages.
RoutingDivergence routingDivergence(const RoutingStats& stats, LanguageId reference,
                                    const std::vector<std::vector<NullBand>>& halves);

}  // namespace moebel
