#include "engine/runner/routing_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace moebel {
namespace {

std::vector<double> rowOf(const RoutingStats& stats, RoutingKind kind, LanguageId language)
{
    const double* row = stats.row(kind, language);
    return std::vector<double>(row, row + stats.rowSize());
}

}  // namespace

nlohmann::json toJsonValue(const RoutingStats& stats)
{
    nlohmann::json value = {{"experts", stats.experts()}, {"languages", nlohmann::json::array()}};
    for (std::int32_t i = 0; i < stats.languages(); ++i) {
        nlohmann::json language = {{"tokens", stats.tokens(LanguageId{i})}};
        for (const RoutingKind kind : kRoutingKinds) {
            language[std::string(name(kind))] = rowOf(stats, kind, LanguageId{i});
        }
        value["languages"].push_back(std::move(language));
    }
    return value;
}

Result<RoutingStats> routingFromJson(const nlohmann::json& value)
{
    try {
        const auto& languages = value.at("languages");
        RoutingStats stats(value.at("experts").get<std::vector<std::int64_t>>(), std::int64_t(languages.size()));
        for (std::int32_t i = 0; i < stats.languages(); ++i) {
            const auto& language = languages.at(std::size_t(i));
            stats.tokens(LanguageId{i}) = language.at("tokens").get<double>();
            for (const RoutingKind kind : kRoutingKinds) {
                if (kind == RoutingKind::Bypass && !language.contains(name(kind))) continue;  // made before there were classifiers
                const auto row = language.at(std::string(name(kind))).get<std::vector<double>>();
                if (std::int64_t(row.size()) != stats.rowSize()) {
                    return failed("bad-routing", "stored routing statistics have " + std::to_string(row.size()) +
                                                     " numbers a language, the model needs " + std::to_string(stats.rowSize()));
                }
                std::copy(row.begin(), row.end(), stats.row(kind, LanguageId{i}));
            }
        }
        return stats;
    } catch (const nlohmann::json::exception& error) {
        return failed("bad-routing", std::string("stored routing statistics cannot be read: ") + error.what());
    }
}

nlohmann::json toJsonValue(const RoutingProfiles& profiles)
{
    nlohmann::json value = nlohmann::json::array();
    for (const auto& sequences : profiles.languages) {
        nlohmann::json& language = value.emplace_back(nlohmann::json::array());
        for (const SequenceProfile& sequence : sequences) language.push_back({sequence.tokens, sequence.scores});
    }
    return value;
}

RoutingProfiles profilesFromJson(const nlohmann::json& value)
{
    RoutingProfiles profiles;
    for (const auto& language : value) {
        auto& sequences = profiles.languages.emplace_back();
        for (const auto& sequence : language)
            sequences.push_back({sequence.at(0).get<double>(), sequence.at(1).get<std::vector<float>>()});
    }
    return profiles;
}

}  // namespace moebel
