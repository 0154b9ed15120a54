// Words of files and of the database back to values.
#pragma once

#include <optional>
#include <string_view>

#include "moebel/analysis/routing_stats.h"
#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"
#include "moebel/store/run_event.h"

namespace moebel {

std::string_view name(RoutingSplit split);  ///< "training", "evaluation"
std::string_view name(ErrorKind kind);      ///< "invalid-input", "failed", "stopped", "interrupted", "no-space"

std::optional<AllocationRule> allocationRuleOf(std::string_view word);
std::optional<StageKind> stageKindOf(std::string_view word);
std::optional<LanguageRole> languageRoleOf(std::string_view word);
std::optional<RoutingSplit> routingSplitOf(std::string_view word);
std::optional<RoutingKind> routingKindOf(std::string_view word);
std::optional<BaseSource> baseSourceOf(std::string_view word);
std::optional<ExpertOrigin> expertOriginOf(std::string_view word);
std::optional<ErrorKind> errorKindOf(std::string_view word);

}  // namespace moebel
