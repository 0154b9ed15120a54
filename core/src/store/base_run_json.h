// The base of a run as it stands in the column run.base_run.
#pragma once

#include <optional>
#include <string>

#include "moebel/store/run_folder.h"

namespace moebel {

/// {"folder", "checkpoint", "hash", "rounds", "languages": [{"code", "role"}]}; empty without a base.
std::string toJson(const std::optional<BaseRun>& base);
/// None for an empty text and for one that is not as toJson() writes it.
std::optional<BaseRun> baseRunOf(const std::string& json);

}  // namespace moebel
