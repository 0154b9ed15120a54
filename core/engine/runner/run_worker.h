// The worker: everything between a run folder and its end. Called in the worker process only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/model/torch.h"
#include "moebel/base/result.h"
#include "moebel/store/run_event.h"
#include "moebel/store/run_folder.h"
#include "moebel/worker/control.h"

namespace moebel {

struct WorkerOptions {
    int threads = 0;  ///< 0 = the run's stored number on resume, else all cores
    bool resume = false;
    std::filesystem::path experimentFolder;  ///< where relative data paths start
    std::string cpuFeatures = thisMachine().features;  ///< what decides whether a precision is refused
    torch::Device device = torch::kCPU;  ///< where the model lives; its kernels are known (engine/model/device_kernels.h)
    std::uint64_t largestShard = std::uint64_t(4) << 30;  ///< bytes of weights in one file of a checkpoint
};

/// The step from which `runWorker` goes on with a run: that of its newest valid checkpoint, 0 when there is none or the run stands
/// in the pretraining of its base. The caller
/// gives it to RunWriter::open. Error: the run's newest checkpoints cannot be looked at.
Result<std::int64_t> resumeStep(const RunFolder& run);

/// Trains (or goes on with) a run until it ends, tells `sinks`, looks at `control` once a micro-batch.
/// Error kinds: Stopped after a saved stop; everything else as it is.
Status runWorker(const RunFolder& run, const WorkerOptions& options, RunControl& control, const std::vector<RunSink*>& sinks);

}  // namespace moebel
