#include "moebel/analysis/routing_map.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace moebel {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double ratioToFairShare(const RoutingStats& stats, LanguageId language, ExpertId expert)
{
    const std::int64_t experts = stats.experts()[std::size_t(expert.layer.index)];
    double all = 0;
    for (std::int32_t index = 0; index < experts; ++index)
        all += stats.at(RoutingKind::Count, language, ExpertId{expert.layer, index});
    return all > 0 ? stats.at(RoutingKind::Count, language, expert) * double(experts) / all : kNone;
}

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
        case RoutingMeasure::FairShareRatio:
            return ratioToFairShare(stats, language, expert);
    }
    return kNone;
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
        case RoutingMeasure::FairShareRatio:
            return "ratio to the fair share";
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
        case RoutingMeasure::FairShareRatio:
            return "Share of selections over the fair one: 1 where all experts of a layer are chosen alike, 0 where never.";
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
            if (std::abs(value) > most) most = std::abs(value);
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
            values.push_back(routed ? valueOf(stats, language, expert, measure) : kNone);
            counts.push_back(experts > 1 ? stats.at(RoutingKind::Count, language, expert) : 0);
        }
        map.values.push_back(std::move(values));
        map.counts.push_back(std::move(counts));
    }
    return map;
}

RoutingMap difference(const RoutingMap& map, const RoutingMap& reference)
{
    RoutingMap result = map;
    result.isDifference = true;
    for (std::size_t layer = 0; layer < result.values.size(); ++layer)
        for (std::size_t expert = 0; expert < result.values[layer].size(); ++expert) {
            const bool there = layer < reference.values.size() && expert < reference.values[layer].size();
            result.values[layer][expert] -= there ? reference.values[layer][expert] : kNone;
        }
    return result;
}

ValueScale sharedScale(const std::vector<RoutingMap>& maps)
{
    double largest = 0;
    for (const RoutingMap& map : maps) largest = std::max(largest, map.largest());
    if (!maps.empty() && maps.front().isDifference) return {-scaleEnd(largest), scaleEnd(largest), 0};
    if (!maps.empty() && maps.front().measure == RoutingMeasure::FairShareRatio)
        return {2 - std::max(2.0, std::ceil(largest)), std::max(2.0, std::ceil(largest)), 1};
    return {0, scaleEnd(largest)};
}

std::string_view name(LanguageMeasure measure)
{
    switch (measure) {
        case LanguageMeasure::ExpertZeroScore:
            return "mean score of expert 0";
        case LanguageMeasure::Entropy:
            return "entropy of the scores";
    }
    return "";
}

std::string_view explanation(LanguageMeasure measure)
{
    switch (measure) {
        case LanguageMeasure::ExpertZeroScore:
            return "Mean router score of the original expert over a language's tokens (MoE-LPR, figure 3).";
        case LanguageMeasure::Entropy:
            return "Entropy of the mean scores over its largest value: 1 where all experts are alike, 0 where one takes all.";
    }
    return "";
}

std::vector<std::vector<double>> languageLayerMap(const RoutingStats& stats, LanguageMeasure measure)
{
    std::vector<std::vector<double>> map;
    for (std::int32_t index = 0; index < std::int32_t(stats.languages()); ++index) {
        const LanguageId language{index};
        std::vector<double> row;
        for (std::int32_t layer = 0; layer < std::int32_t(stats.layers()); ++layer) {
            const std::int64_t experts = stats.experts()[std::size_t(layer)];
            if (experts < 2 || stats.tokens(language) <= 0)
                row.push_back(kNone);
            else if (measure == LanguageMeasure::ExpertZeroScore)
                row.push_back(meanScore(stats, language, ExpertId{LayerId{layer}, 0}));
            else
                row.push_back(routingEntropy(stats, language, LayerId{layer}) / std::log(double(experts)));
        }
        map.push_back(std::move(row));
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
