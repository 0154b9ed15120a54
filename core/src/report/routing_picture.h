// Routing maps of all languages side by side, and the curves of the original expert.
#pragma once

#include <string>
#include <vector>

#include "moebel/analysis/routing_map.h"
#include "run_data.h"

namespace moebel {

/// One map of layers x experts a language, after one stage. `most`: upper end of the colour scale.
std::string drawRoutingMaps(const RunData& run, const StageRouting& routing, RoutingMeasure measure, double most);

/// The common end of the scale over all stages and languages of a run, so that its maps can be compared.
double commonScaleEnd(const RunData& run, RoutingMeasure measure);

}  // namespace moebel
