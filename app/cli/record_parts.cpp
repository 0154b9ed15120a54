#include "record_parts.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "output.h"

namespace moebel {
namespace {

using Json = nlohmann::ordered_json;

Json numberJson(double value) { return std::isnan(value) ? Json() : Json(value); }

/// The shortest text that reads as the same number.
std::string exactText(double value)
{
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return std::isnan(value) ? std::string() : std::string(text, end);
}

Json divergenceJson(const CapturedRouting& routing)
{
    const RoutingDivergence& divergence = routing.divergence;
    Json languages = Json::array();
    for (std::size_t i = 0; i < divergence.normalised.size(); ++i) {
        Json layers = Json::array();
        for (std::size_t layer = 0; layer < divergence.normalised[i].size(); ++layer)
            layers.push_back({{"layer", layer},
                              {"divergence", numberJson(divergence.normalised[i][layer])},
                              {"jensen_shannon", numberJson(divergence.jensenShannon[i][layer])},
                              {"chance", {numberJson(divergence.chance[i][layer].low), numberJson(divergence.chance[i][layer].high)}}});
        languages.push_back({{"language", routing.languages[i].code}, {"layers", std::move(layers)}});
    }
    return {{"reference", routing.languages[std::size_t(routing.reference.index)].code},
            {"chance_from", divergence.fromHalves ? "halves" : "bound"},
            {"languages", std::move(languages)}};
}

Result<LanguageId> findLanguage(const std::vector<Language>& languages, const std::string& code)
{
    for (std::size_t i = 0; i < languages.size(); ++i)
        if (code.empty() ? languages[i].role == LanguageRole::Original : languages[i].code == code)
            return LanguageId{std::int32_t(i)};
    if (code.empty() && !languages.empty()) return LanguageId{};
    std::string known;
    for (const Language& language : languages) known += (known.empty() ? "" : ", ") + language.code;
    return invalidInput("no-language", "--reference: " + code + " is no language of this run, expected one of " + known);
}

}  // namespace

Json routingLayersJson(const RoutingStats& stats, LanguageId language)
{
    Json layers = Json::array();
    for (std::int32_t index = 0; index < stats.layers(); ++index) {
        const LayerId layer{index};
        if (stats.experts()[std::size_t(index)] < 2) continue;
        Json experts = Json::array();
        for (std::int32_t e = 0; e < stats.experts()[std::size_t(index)]; ++e) {
            const ExpertId expert{layer, e};
            experts.push_back({{"expert", e},
                               {"mean_score", numberJson(meanScore(stats, language, expert))},
                               {"selection_share", numberJson(selectionShare(stats, language, expert))},
                               {"top1_share", numberJson(topOneShare(stats, language, expert))},
                               {"gate_share", numberJson(gateShare(stats, language, expert))}});
        }
        layers.push_back({{"layer", index},
                          {"entropy", numberJson(routingEntropy(stats, language, layer))},
                          {"imbalance", numberJson(loadImbalance(stats, layer))},
                          {"experts", std::move(experts)}});
    }
    return layers;
}

Result<std::vector<MetricSeries>> readSeries(const RunReader& reader, const std::string& name)
{
    const auto metrics = reader.metrics();
    if (!metrics) return metrics.error();
    const std::size_t slash = name.find('/');
    std::vector<MetricSeries> all;
    std::string known;
    for (const MetricId& metric : *metrics) {
        if (known.find(metric.name + ",") == std::string::npos) known += metric.name + ", ";
        if (metric.name != name.substr(0, slash)) continue;
        if (slash != std::string::npos && metric.language != name.substr(slash + 1)) continue;
        auto series = reader.series(metric.name, metric.language);
        if (!series) return series.error();
        all.push_back(std::move(*series));
    }
    if (all.empty())
        return invalidInput("no-series", "--series: this run has no " + name + ", expected METRIC or METRIC/LANGUAGE with one of " +
                                             (known.empty() ? "none yet" : known.substr(0, known.size() - 2)));
    return all;
}

Json toJson(const MetricSeries& series)
{
    Json points = Json::array();
    for (const MetricPoint& point : series.points) points.push_back({point.step, numberJson(point.value)});
    return {{"name", series.metric.name}, {"language", series.metric.language}, {"unit", series.metric.unit},
            {"points", std::move(points)}};
}

std::string toCsv(const std::vector<MetricSeries>& series)
{
    std::string text = "series,step,value\n";
    for (const MetricSeries& one : series)
        for (const MetricPoint& point : one.points)
            text += one.metric.name + "/" + one.metric.language + "," + std::to_string(point.step) + "," + exactText(point.value) + "\n";
    return text;
}

Result<CapturedRouting> readCapturedRouting(const RunReader& reader, std::int64_t step, RoutingSplit split,
                                            const std::string& reference)
{
    const auto captures = reader.captures();
    if (!captures) return captures.error();
    const RoutingCapture* found = nullptr;
    for (const RoutingCapture& capture : *captures)
        if (capture.split == split && capture.step <= step && (!found || capture.step >= found->step)) found = &capture;
    if (!found)
        return invalidInput("no-capture", "--routing: this run has no capture at or before step " + std::to_string(step) +
                                              " on this kind of text; choose a later step or another --split");
    CapturedRouting routing;
    routing.capture = *found;
    auto languages = reader.languages();
    if (!languages) return languages.error();
    routing.languages = std::move(*languages);
    auto stats = reader.routing(*found);
    if (!stats) return stats.error();
    routing.stats = std::move(*stats);
    routing.languages.resize(std::size_t(routing.stats.languages()));
    const auto other = findLanguage(routing.languages, reference);
    if (!other) return other.error();
    routing.reference = *other;
    const auto profiles = reader.profiles(*found);
    if (!profiles) return profiles.error();
    routing.divergence = routingDivergence(routing.stats, routing.reference, halvesBand(*profiles, routing.stats.experts()));
    return routing;
}

Json toJson(const CapturedRouting& routing)
{
    Json languages = Json::array();
    for (std::size_t i = 0; i < routing.languages.size(); ++i) {
        const LanguageId language{std::int32_t(i)};
        languages.push_back({{"language", routing.languages[i].code},
                             {"tokens", std::int64_t(routing.stats.tokens(language))},
                             {"layers", routingLayersJson(routing.stats, language)}});
    }
    return {{"stage", routing.capture.stage}, {"step", routing.capture.step},
            {"split", routing.capture.split == RoutingSplit::Training ? "training" : "evaluation"},
            {"languages", std::move(languages)}, {"divergence", divergenceJson(routing)}};
}

std::string toText(const CapturedRouting& routing)
{
    std::vector<std::vector<std::string>> rows = {
        {"language", "layer", "expert", "mean score", "selected", "on top", "weight", "divergence"}};
    for (std::size_t i = 0; i < routing.languages.size(); ++i) {
        const LanguageId language{std::int32_t(i)};
        for (const Json& layer : routingLayersJson(routing.stats, language))
            for (const Json& expert : layer["experts"]) {
                const auto text = [&](const char* key) {
                    return numberText(expert[key].is_null() ? std::nan("") : expert[key].get<double>(), 3);
                };
                const double divergence = routing.divergence.normalised[i][layer["layer"].get<std::size_t>()];
                rows.push_back({routing.languages[i].code, layer["layer"].dump(), expert["expert"].dump(), text("mean_score"),
                                text("selection_share"), text("top1_share"), text("gate_share"),
                                expert["expert"] == 0 ? numberText(divergence, 3) : ""});
            }
    }
    return formatTable(rows, 1);
}

}  // namespace moebel
