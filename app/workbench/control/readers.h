// What the pages read from the disk, as functions without state that may run on any thread.
#pragma once

#include <QString>
#include <functional>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/store/project.h"
#include "moebel/store/run_store.h"

namespace moebel
{

/// A folder the user named: a project, and the run in it that was meant, if one was.
struct OpenedFolder {
    std::filesystem::path project;
    std::string run;  ///< id; empty = the newest
};
/// Error "not-a-project": neither a project nor a run folder.
Result<OpenedFolder> openFolder(const QString& folder);

struct ProjectContents {
    QString title;
    QString folder;
    QString runsFolder;
    QString problem;               ///< why there is nothing, in one sentence; empty when it could be read
    std::vector<RunSummary> runs;  ///< newest first
};
/// `partly`: see Project::runs(); called on the thread of the caller.
ProjectContents readProject(const std::filesystem::path& folder,
                            const std::function<void(const ProjectContents&)>& partly = {});

/// What the routing page needs to know of a run before it shows one capture.
struct RunRouting {
    RunFolder folder;
    QString title;
    QString problem;
    std::vector<Language> languages;
    std::vector<StageRecord> stages;
    std::vector<RoutingCapture> captures;  ///< by step
    std::vector<CheckpointRecord> checkpoints;
};
RunRouting readRunRouting(const RunFolder& folder);

struct CaptureRouting {
    RoutingCapture capture;
    QString problem;
    RoutingStats stats;
    RoutingProfiles profiles;  ///< empty where they were not kept
    bool hasOriginal = true;   ///< RunReader::hasOriginalExpert()
};
CaptureRouting readCapture(const RunFolder& folder, const RoutingCapture& capture);

}  // namespace moebel
