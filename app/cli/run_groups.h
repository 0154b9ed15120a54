// DMoE in a run: the groups of languages, and their bits per byte with all tokens through the expert of the group.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "run_view.h"

namespace moebel {

/// {"languages": [[code, ...], ...], one list an expert, "bits_per_byte": [{"language", "group", "step", "value"}]}, and "adaptation", what
/// each expert knows of the languages that came later, where the run added some; null for a run without groups.
nlohmann::ordered_json groupsJson(const RunView& view);
/// A table of the languages by group: the first and the last bits per byte through the expert of the group, and, for languages that came
/// later, whose expert theirs is a copy of. Empty for a run without groups.
std::string groupsText(const RunView& view);

}  // namespace moebel
