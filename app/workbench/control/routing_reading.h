// One moment of a run's routing, and another one that it is compared with, read together.
#pragma once

#include <variant>

#include "app/workbench/control/expansion/routing_expansion.h"
#include "app/workbench/control/readers.h"

namespace moebel
{

/// A capture of any run.
struct CaptureOf {
    RunFolder run;
    RoutingCapture capture;
};
/// Nothing, a capture of the same run, the capture of another run that is nearest in steps, or that one.
using RoutingReference = std::variant<std::monostate, RoutingCapture, RunFolder, CaptureOf>;

struct RoutingReading {
    QString problem;  ///< in one sentence; empty when all could be read
    RoutingStats stats;
    std::optional<RoutingStats> reference;
    std::vector<std::int32_t> referenceIndex;  ///< of each of `languages` in the reference; -1 = not there
    std::vector<std::vector<NullBand>> halves;  ///< empty where no single documents were kept
    bool hasOriginal = true;                    ///< RunReader::hasOriginalExpert()
    RoutingExpansion expansion{};               ///< of the run itself, not of the reference
};

/// Short transactions; any thread. `languages`: those of the run.
RoutingReading readRouting(const RunFolder& run, const RoutingCapture& capture, const std::vector<Language>& languages,
                           const RoutingReference& reference);

}  // namespace moebel
