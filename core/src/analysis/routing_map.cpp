#include "moebel/analysis/routing_map.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace moebel {

namespace {

double valueOf(const RoutingStats& stats, LanguageId language, ExpertId expert, RoutingMeasure measure)
{
    switch (measure) {
        case RoutingMeasure::MeanScore:
            return meanScore(stats, language, expert);
        case RoutingMeasure::SelectionShare:
            return selectionShare(stats, language, expert);
        case RoutingMeasure::TopOneShare:
            return topOneShare(stats, language, expert);
        case RoutingMeasure::GateShare:
            return gateShare(stats, language, expert);
    }
    return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

std::string_view name(RoutingMeasure measure)
{
    switch (measure) {
        case RoutingMeasure::MeanScore:
            return "mean score";
        case RoutingMeasure::SelectionShare:
            return "selection share";
        case RoutingMeasure::TopOneShare:
            return "top-1 share";
        case RoutingMeasure::GateShare:
            return "gate share";
    }
    return "";
}

std::string_view explanation(RoutingMeasure measure)
{
    switch (measure) {
        case RoutingMeasure::MeanScore:
            return "Mean router score of the expert over the tokens, before top-K; a layer sums to 1.";
        case RoutingMeasure::SelectionShare:
            return "Share of tokens with the expert in their top-K; a layer sums to K.";
        case RoutingMeasure::TopOneShare:
            return "Share of tokens whose best expert it is; a layer sums to 1.";
        case RoutingMeasure::GateShare:
            return "Mean weight of the expert after top-K, zero where not chosen; a layer sums to 1.";
    }
    return "";
}

std::int64_t RoutingMap::widestLayer() const
{
    std::size_t widest = 0;
    for (const auto& layer : values) widest = std::max(widest, layer.size());
    return std::int64_t(widest);
}

double RoutingMap::largest() const
{
    double most = 0;
    for (const auto& layer : values)
        for (double value : layer)
            if (value > most) most = value;
    return most;
}

RoutingMap routingMap(const RoutingStats& stats, LanguageId language, RoutingMeasure measure)
{
    RoutingMap map;
    map.measure = measure;
    map.tokens = stats.tokens(language);
    for (std::int32_t layer = 0; layer < std::int32_t(stats.layers()); ++layer) {
        const std::int64_t experts = stats.experts()[std::size_t(layer)];
        std::vector<double> values, counts;
        for (std::int32_t index = 0; index < experts; ++index) {
            const ExpertId expert{LayerId{layer}, index};
            const bool routed = experts > 1 && map.tokens > 0;
            values.push_back(routed ? valueOf(stats, language, expert, measure) : std::numeric_limits<double>::quiet_NaN());
            counts.push_back(experts > 1 ? stats.at(RoutingKind::Count, language, expert) : 0);
        }
        map.values.push_back(std::move(values));
        map.counts.push_back(std::move(counts));
    }
    return map;
}

double scaleEnd(double largest)
{
    if (!(largest > 0) || largest > 0.5) return 1;
    const double power = std::pow(10.0, std::floor(std::log10(largest)));
    for (double step : {1.0, 2.0, 5.0})
        if (largest <= step * power * (1 + 1e-9)) return step * power;
    return 10 * power;
}

}  // namespace moebel
