// What the language classifiers did with a moment's tokens, and the rounds of the experts that are seen there.
#pragma once

#include <vector>

#include "app/workbench/control/expansion/run_lineage.h"
#include "moebel/analysis/routing_stats.h"

namespace moebel
{

struct RoutingExpansion {
    std::vector<std::int64_t> classifierLayers;  ///< with a classifier at that moment, ascending
    ExpertRounds rounds;
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

}  // namespace moebel
