// Where a run's model comes from: the run that it continues, and round, origin and training of every expert.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "run_view.h"

namespace moebel {

/// {"round", "base_run", "origins", "experts", "causal"}: the round of expansion, from 1; the run that it continues, or null; of each
/// expert {"layer", "expert", "origin", "copy_of" (of the base run, where an adaptation made it), "round", "trained"}. Without "experts" before the model was expanded.
nlohmann::ordered_json lineageJson(const RunView& view);
/// The run that is continued, and a table of the experts of each layer by round, with classifiers and similarities; empty before there
/// are experts.
std::string lineageText(const RunView& view);

/// Why the scores of a run are not strictly causal, in one sentence; empty where they are.
std::string causalityNote(const RunView& view);

}  // namespace moebel
