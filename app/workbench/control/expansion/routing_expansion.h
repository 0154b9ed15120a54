// What the language classifiers did with a moment's tokens, the rounds of the experts that are seen there, and how well the
// routers tell groups of languages apart.
#pragma once

#include <vector>

#include "app/workbench/control/expansion/run_lineage.h"
#include "moebel/analysis/routing_stats.h"

namespace moebel
{

struct RoutingExpansion {
    std::vector<std::int64_t> classifierLayers;  ///< with a classifier at that moment, ascending
    ExpertRounds rounds;
    std::vector<std::vector<std::string>> groups = {};  ///< the languages of each expert; empty: experts belong to no language
    bool operator==(const RoutingExpansion&) const = default;
};
/// Short transactions; any thread. A classifier is there from the stage on that trains it.
RoutingExpansion readExpansion(const RunFolder& run, const RoutingCapture& capture);

/// [language][classifier layer]: share of tokens that the classifier takes for what their language is: past the router for an
/// original one, to the router for an expanded one. NaN without tokens.
std::vector<std::vector<double>> classifierAccuracy(const RoutingStats& stats, const std::vector<Language>& languages,
                                                    const std::vector<std::int64_t>& layers);
/// The same of the tokens that go past the router.
std::vector<std::vector<double>> bypassShares(const RoutingStats& stats, const std::vector<Language>& languages,
                                              const std::vector<std::int64_t>& layers);
/// Of all tokens of languages with this role, over these layers; NaN without any.
double bypassOf(LanguageRole role, const RoutingStats& stats, const std::vector<Language>& languages,
                const std::vector<std::int64_t>& layers);

/// The layers that have a router.
std::vector<std::int64_t> routedLayers(const RoutingStats& stats);
/// [group][routed layer]: share of the tokens of its languages that the router gives to the group's expert first. NaN without
/// tokens.
std::vector<std::vector<double>> groupAccuracy(const RoutingStats& stats, const std::vector<Language>& languages,
                                               const std::vector<std::vector<std::string>>& groups);
/// [group][expert]: share of those tokens that go to each expert first, over all routed layers.
std::vector<std::vector<double>> groupConfusion(const RoutingStats& stats, const std::vector<Language>& languages,
                                                const std::vector<std::vector<std::string>>& groups);

}  // namespace moebel
