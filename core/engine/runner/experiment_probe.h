// DMoE's probe of an experiment without its stages.
#pragma once

#include <filesystem>

#include "engine/runner/session.h"
#include "moebel/analysis/parameter_deviation.h"

namespace moebel
{

/// What a run of this description would measure: its text, its base (from the cache, else trained here and kept there), the
/// probe with the description's [deviation]. Cached like that of a run, so that the run measures nothing again; an interrupted
/// call goes on after its finished languages. Told to the session's sinks. Errors: a language without text enough, before the
/// base is trained; a base with experts; Stopped.
Result<ParameterDeviation> probeExperiment(Session& session, const std::filesystem::path& experimentFolder);

}  // namespace moebel
