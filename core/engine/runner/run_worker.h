// The worker: everything between a run folder and its end. Called in the worker process only.
#pragma once

#include <filesystem>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/store/run_event.h"
#include "moebel/store/run_folder.h"
#include "moebel/worker/control.h"

namespace moebel {

struct WorkerOptions {
    int threads = 0;  ///< 0 = the run's stored number on resume, else all cores
    bool resume = false;
    std::filesystem::path experimentFolder;  ///< where relative data paths start
};

/// Trains (or goes on with) a run until it ends, tells `sinks`, looks at `control` once a micro-batch.
/// Error kinds: Stopped after a saved stop; everything else as it is.
Status runWorker(const RunFolder& run, const WorkerOptions& options, RunControl& control, const std::vector<RunSink*>& sinks);

}  // namespace moebel
