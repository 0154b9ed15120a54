// One language's routing as a map of layers x experts, ready to be drawn.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "moebel/analysis/routing_stats.h"

namespace moebel {

/// What a cell of the map says; see the functions of the same names in routing_stats.h.
enum class RoutingMeasure { MeanScore, SelectionShare, TopOneShare, GateShare };
inline constexpr RoutingMeasure kRoutingMeasures[] = {RoutingMeasure::MeanScore, RoutingMeasure::SelectionShare,
                                                      RoutingMeasure::TopOneShare, RoutingMeasure::GateShare};
std::string_view name(RoutingMeasure measure);  ///< "mean score", "selection share", "top-1 share", "gate share"
/// One sentence for a person: what the number is, and what it sums to.
std::string_view explanation(RoutingMeasure measure);

/// Ragged: `values[layer][expert]`. A layer without a router (one expert) has one NaN.
struct RoutingMap {
    RoutingMeasure measure = RoutingMeasure::MeanScore;
    std::vector<std::vector<double>> values;
    std::vector<std::vector<double>> counts;  ///< tokens with the expert in their top-K
    double tokens = 0;                        ///< tokens of the language that were counted

    bool operator==(const RoutingMap&) const = default;
    std::int64_t layers() const { return std::int64_t(values.size()); }
    std::int64_t widestLayer() const;  ///< the largest number of experts of a layer
    double largest() const;            ///< the largest value; 0 when there is none
};

/// Precondition: the language is one of the statistics' languages.
RoutingMap routingMap(const RoutingStats& stats, LanguageId language, RoutingMeasure measure);

/// Upper end of a colour scale for values up to `largest`: 1 where shares come near it, else the next of 1, 2, 5 x 10^n.
double scaleEnd(double largest);

}  // namespace moebel
