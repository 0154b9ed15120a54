// Parts of a run's record as the verbs show them: curves, and the routing of one capture.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/store/run_store.h"

namespace moebel {

/// What the routers did with one language, layer by layer: a dense layer is left out.
nlohmann::ordered_json routingLayersJson(const RoutingStats& stats, LanguageId language);

/// `name`: "METRIC" for all languages of it, "METRIC/CODE" for one of them. Error "no-series": there is none of that name.
Result<std::vector<MetricSeries>> readSeries(const RunReader& reader, const std::string& name);
/// {"name", "language", "unit", "points": [[step, value], ...]}
nlohmann::ordered_json toJson(const MetricSeries& series);
/// "series,step,value", the lines of a plot that is saved as CSV.
std::string toCsv(const std::vector<MetricSeries>& series);

/// One capture: all languages and how far each is from the first original one, or from `reference`.
struct CapturedRouting {
    RoutingCapture capture;
    std::vector<Language> languages;
    RoutingStats stats;
    LanguageId reference;
    RoutingDivergence divergence;
};
/// The capture at the step or the last one before it. Errors: "no-capture", "no-language".
Result<CapturedRouting> readCapturedRouting(const RunReader& reader, std::int64_t step, RoutingSplit split,
                                            const std::string& reference);
nlohmann::ordered_json toJson(const CapturedRouting& routing);
std::string toText(const CapturedRouting& routing);

}  // namespace moebel
