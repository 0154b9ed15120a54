// One language's routing as a map of layers x experts, ready to be drawn.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "moebel/analysis/routing_stats.h"

namespace moebel {

/// What a cell of the map says; see the functions of the same names in routing_stats.h.
enum class RoutingMeasure { MeanScore, SelectionShare, TopOneShare, GateShare, FairShareRatio };
inline constexpr RoutingMeasure kRoutingMeasures[] = {RoutingMeasure::MeanScore, RoutingMeasure::SelectionShare,
                                                      RoutingMeasure::TopOneShare, RoutingMeasure::GateShare,
                                                      RoutingMeasure::FairShareRatio};
/// "mean score", "selection share", "top-1 share", "gate share", "ratio to the fair share"
std::string_view name(RoutingMeasure measure);
/// One sentence for a person: what the number is, and what it sums to.
std::string_view explanation(RoutingMeasure measure);

/// Ragged: `values[layer][expert]`. A layer without a router (one expert) has one NaN.
struct RoutingMap {
    RoutingMeasure measure = RoutingMeasure::MeanScore;
    std::vector<std::vector<double>> values;
    std::vector<std::vector<double>> counts;  ///< tokens with the expert in their top-K
    double tokens = 0;                        ///< tokens of the language that were counted
    bool isDifference = false;                ///< the values are differences to another map
    bool hasOriginal = true;                  ///< expert 0 is the base model's own; false: each is that of a group of languages

    bool operator==(const RoutingMap&) const = default;
    std::int64_t layers() const { return std::int64_t(values.size()); }
    std::int64_t widestLayer() const;  ///< the largest number of experts of a layer
    double largest() const;            ///< the largest value without its sign; 0 when there is none
};

/// Precondition: the language is one of the statistics' languages.
RoutingMap routingMap(const RoutingStats& stats, LanguageId language, RoutingMeasure measure);

/// Value by value, map - reference; NaN where one of them has no value. Counts and tokens stay those of `map`.
RoutingMap difference(const RoutingMap& map, const RoutingMap& reference);

/// Ends of a colour scale; with a centre that is not NaN the colours diverge from it to both sides.
struct ValueScale {
    double from = 0;
    double to = 1;
    double centre = std::numeric_limits<double>::quiet_NaN();
};
/// One scale for maps of one measure that stand beside each other: 0 to scaleEnd(), around 1 for the ratio to the fair share
/// (1 fair, 0 dead), around 0 for differences.
ValueScale sharedScale(const std::vector<RoutingMap>& maps);

/// What a cell of the map of languages x layers says.
enum class LanguageMeasure {
    ExpertZeroScore,  ///< mean score of the original expert (MoE-LPR, figure 3)
    Entropy           ///< of the mean scores over ln(experts): 1 = all experts alike, 0 = one takes all
};
inline constexpr LanguageMeasure kLanguageMeasures[] = {LanguageMeasure::ExpertZeroScore, LanguageMeasure::Entropy};
std::string_view name(LanguageMeasure measure);
std::string_view explanation(LanguageMeasure measure);
/// `[language][layer]`; NaN without tokens or router.
std::vector<std::vector<double>> languageLayerMap(const RoutingStats& stats, LanguageMeasure measure);

/// Upper end of a colour scale for values up to `largest`: 1 where shares come near it, else the next of 1, 2, 5 x 10^n.
double scaleEnd(double largest);

}  // namespace moebel
