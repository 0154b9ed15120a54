// The state of runs as their live workers tell it: what the disk cannot know.
#pragma once

#include <vector>

#include "moebel/store/project.h"
#include "moebel/store/run_folder.h"

namespace moebel {

/// runStatus(), and of a run whose worker lives what that worker answers on its socket: a pause that a full disk keeps out of the
/// record, and its step before it is committed. A worker that does not answer in time is NotResponding: stopped by a signal, or
/// starved. One that does not listen (it starts just now, or no socket could be made) is taken as the disk tells it.
RunStatus liveStatus(const RunFolder& run, double timeoutSeconds = 2);

/// The same for the live ones of a list.
void askLiveRuns(std::vector<RunSummary>& runs, double timeoutSeconds = 2);

}  // namespace moebel
