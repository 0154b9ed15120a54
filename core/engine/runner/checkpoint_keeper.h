// Saves a run and finds what was saved: weights, optimizer, state, tokenizer; then the row; then what is too old goes.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/checkpoint/model_file.h"
#include "engine/model/decoder.h"
#include "engine/runner/session.h"
#include "engine/runner/trainer_state.h"
#include "engine/text/tokenizer.h"
#include "engine/training/optimizer.h"
#include "moebel/store/checkpoint_folder.h"

namespace moebel
{

/// The newest checkpoint that is whole, and a sentence about every one that is not. One of a stage is newer than every one of the
/// base's pretraining.
struct FoundCheckpoint {
    std::optional<CheckpointInfo> newest;
    std::vector<CheckpointInfo> valid;  ///< oldest first
    std::vector<std::string> damaged;
};
FoundCheckpoint findCheckpoint(const RunFolder& run);

/// What a checkpoint brings back.
struct LoadedCheckpoint {
    std::unique_ptr<Decoder> decoder;
    std::map<std::string, torch::Tensor> optimizer;
    TrainerState state;
};
Result<LoadedCheckpoint> loadCheckpoint(const RunFolder& run, const CheckpointInfo& checkpoint);

class CheckpointKeeper
{
public:
    /// Goes on from `found`. Pruning leaves the ends of stages alone. Weights above `largestShard` bytes are cut into shards.
    /// `tokenizer` must outlive it.
    CheckpointKeeper(Session& session, const Tokenizer& tokenizer, const FoundCheckpoint& found,
                     std::uint64_t largestShard = kLargestShard);

    /// Makes every row so far safe, writes the checkpoint, tells, makes its row safe, and only then prunes. A second call at the
    /// same step does nothing. While the disk is full the run is paused and the write is tried again every two seconds until there
    /// is space (Done) or the run is to stop (Error of kind NoSpace: nothing older was lost).
    Status save(const Decoder& decoder, const AdamW& optimizer, const TrainerState& state);
    /// The base is safe elsewhere: the checkpoints of its pretraining go.
    void dropPretraining();
    /// "checkpoints/step-000400", or "none yet".
    std::string lastGood() const;

private:
    Status saveOnce(const Decoder& decoder, const AdamW& optimizer, const TrainerState& state);
    Status waitForSpace(const Error& error, const TrainerState& state) const;
    void prune();

    Session& m_session;
    const Tokenizer& m_tokenizer;
    std::optional<CheckpointInfo> m_last;
    std::vector<std::string> m_spared;
    std::uint64_t m_largestShard;
};

/// Bytes of one checkpoint of this model with this many trained parameters.
std::int64_t checkpointBytes(std::int64_t parameters, std::int64_t trainedParameters);

}  // namespace moebel
