// Candidates as runs of one comparison: an experiment file each, beside the one they come from.
#pragma once

#include <QString>
#include <vector>

#include "app/workbench/control/expansion/allocation_candidate.h"
#include "app/workbench/control/worker_launcher.h"

namespace moebel
{

struct QueuedCandidate {
    LaunchRequest request;  ///< its file is named by writeComparison()
    QString title;
    QString slug;    ///< of the file's name
    QString folder;  ///< of the file
};

/// The descriptions, checked by all rules. `runsFolder`: of the open project. Error, naming the candidate: its description has
/// problems; or there is no experiment.
Result<std::vector<QueuedCandidate>> comparisonOf(const std::vector<AllocationCandidate>& candidates,
                                                  const AllocationEvidence& evidence, const QString& runsFolder);
/// Writes each as allocation-<name>.toml, or -2, -3 where that is taken by another description; any thread. Error: all files
/// that were written are removed again.
Result<std::vector<QueuedCandidate>> writeComparison(std::vector<QueuedCandidate> candidates);

}  // namespace moebel
