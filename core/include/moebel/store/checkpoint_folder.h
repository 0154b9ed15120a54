// Checkpoints on disk: reserve, temporary folder, fsync, manifest, rename, fsync, row, prune. reliability.md section 3.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/store/run_folder.h"

namespace moebel {

/// Whose steps a checkpoint counts: those of the base's pretraining ("base-000400"), or those of the run ("step-000400").
enum class CheckpointSeries { Pretraining, Stages };

struct CheckpointInfo {
    std::int64_t step = 0;
    std::string folder;  ///< relative to the run folder
    std::string hash;    ///< SHA-256 of MANIFEST.json
    std::int64_t bytes = 0;
    CheckpointSeries series = CheckpointSeries::Stages;
};

/// "checkpoints/step-000400" or "checkpoints/base-000400", relative to the run folder.
std::string checkpointFolder(CheckpointSeries series, std::int64_t step);

/// Writes `checkpoints/step-000400` durably; one of that step that is there already is replaced in one step. `writePayload`
/// puts synced plain files into the given folder. Error "no-space" and every other one: what was there before is intact.
Result<CheckpointInfo> writeCheckpoint(const RunFolder& run, std::int64_t step, std::int64_t expectedBytes,
                                       const std::function<Status(const std::filesystem::path&)>& writePayload,
                                       CheckpointSeries series = CheckpointSeries::Stages);
/// Sizes and hashes of every file of the manifest. Error "damaged-checkpoint" names the file and what is wrong.
Result<CheckpointInfo> verifyCheckpoint(const std::filesystem::path& checkpoint);
/// At the start of a worker, which holds the RunLock: removes temporary folders of dead processes; returns the valid checkpoints,
/// oldest first, and names the damaged ones.
struct ReconciledCheckpoints {
    std::vector<CheckpointInfo> valid;  ///< those of the pretraining before those of the stages
    std::vector<std::string> damaged;  ///< one sentence each
};
ReconciledCheckpoints reconcileCheckpoints(const RunFolder& run);
/// Keeps the newest `keep` valid ones (at least 2) and deletes the older ones except the `spared` folders ("checkpoints/
/// step-000400"); returns what was removed. Those of the pretraining are older than every other one.
std::vector<std::string> pruneCheckpoints(const RunFolder& run, std::int64_t keep, const std::vector<std::string>& spared);
/// Deletes every checkpoint of the pretraining: the base is safe elsewhere. Returns what was removed.
std::vector<std::string> removePretraining(const RunFolder& run);

}  // namespace moebel
