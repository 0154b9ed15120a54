// RoutingStats and RoutingProfiles as JSON, bit for bit: for the state in a checkpoint and for cached evaluations.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "moebel/analysis/routing_divergence.h"
#include "moebel/analysis/routing_stats.h"
#include "moebel/base/result.h"

namespace moebel {

nlohmann::json toJsonValue(const RoutingStats& stats);
/// Error "bad-routing": the numbers do not fit together.
Result<RoutingStats> routingFromJson(const nlohmann::json& value);

nlohmann::json toJsonValue(const RoutingProfiles& profiles);
/// Throws what nlohmann::json throws.
RoutingProfiles profilesFromJson(const nlohmann::json& value);

}  // namespace moebel
