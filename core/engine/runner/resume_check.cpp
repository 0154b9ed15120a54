#include "engine/runner/resume_check.h"

#include <algorithm>

#include "engine/runner/numerics.h"
#include "moebel/base/file.h"
#include "moebel/store/run_store.h"

namespace moebel {
namespace {

/// The stage in which a checkpoint lies; the end of a stage belongs to it.
std::int64_t stageOf(const Experiment& experiment, const CheckpointInfo& checkpoint)
{
    if (checkpoint.series == CheckpointSeries::Pretraining) {
        return -1;
    }
    std::int64_t end = 0;
    for (std::size_t i = 0; i < experiment.stages.size(); ++i) {
        end += experiment.stages[i].steps();
        if (checkpoint.step <= end) {
            return std::int64_t(i);
        }
    }
    return std::int64_t(experiment.stages.size()) - 1;
}

/// A damaged checkpoint gets a name that is not a checkpoint's, so that it is not counted among the good ones when old ones go.
void setDamagedAside(const RunFolder& run, const FoundCheckpoint& found)
{
    std::error_code none;
    std::vector<std::filesystem::path> damaged;
    for (const auto& entry : std::filesystem::directory_iterator(run.checkpoints(), none)) {
        const std::string name = entry.path().filename().string();
        const auto isWhole = [&](const CheckpointInfo& info) { return info.folder == "checkpoints/" + name; };
        const bool isCheckpoint = name.starts_with("step-") || name.starts_with("base-");
        if (isCheckpoint && std::none_of(found.valid.begin(), found.valid.end(), isWhole)) {
            damaged.push_back(entry.path());
        }
    }
    for (const std::filesystem::path& folder : damaged) {
        const std::filesystem::path aside = folder.parent_path() / ("damaged-" + folder.filename().string());
        std::filesystem::remove_all(aside, none);
        (void)renameDurably(folder, aside).ok();  // where that is not possible it stays in the way and is named again
    }
}

}  // namespace

Status checkContinuity(Session& session, const PreparedText& text, const TrainerState& state, const std::string& checkpoint)
{
    if (state.experimentHash != session.experimentHash()) {
        return invalidInput("experiment-changed", checkpoint + ": it was written for another description than the run's "
                                                      "experiment.toml; put the original file back, or start a new run");
    }
    if (state.dataHash != text.hash) {
        return invalidInput("text-changed", checkpoint + ": the text or the tokenizer is not the one that the run began with, so it "
                                                "cannot go on with the same samples; put the text back, or start a new run");
    }
    if (state.stage < 0) {
        return Done{};  // a pretraining goes on with the same threads and library or not at all
    }
    if (state.threads != session.threads()) {
        session.tell(Warned{state.step, "going on with " + std::to_string(session.threads()) + " threads instead of " +
                                            std::to_string(state.threads) + ": the last bits of the numbers will differ"});
    }
    if (state.libtorch != libtorchVersion()) {
        session.tell(Warned{state.step, "going on with LibTorch " + libtorchVersion() + " instead of " + state.libtorch +
                                            ": the last bits of the numbers will differ"});
    }
    return Done{};
}

Status checkState(const TrainerState& state, const StageSpec& stage, const RoutingStats& routing, const std::string& checkpoint)
{
    const auto languages = std::size_t(routing.languages());
    if (state.window.routing.experts() != routing.experts() || state.window.languageLoss.size() != languages ||
        state.window.languageTokens.size() != languages) {
        return failed("bad-checkpoint-state", checkpoint + ": its statistics belong to another model than its weights");
    }
    const auto samples = std::uint64_t(state.stageStep * stage.batchSequences);
    if (state.nextSample != samples) {
        return failed("bad-checkpoint-state", checkpoint + ": after step " + std::to_string(state.stageStep) + " of its stage sample " +
                                                  std::to_string(samples) + " is next, but it says " +
                                                  std::to_string(state.nextSample) + "; delete it to go on from the one before");
    }
    return Done{};
}

TrainerState stateOfRun(const Session& session, const PreparedText& text)
{
    TrainerState state;
    state.seed = session.experiment().seed.value;
    state.threads = session.threads();
    state.seconds = session.seconds();
    state.experimentHash = session.experimentHash();
    state.dataHash = text.hash;
    state.program = engineVersion();
    state.libtorch = libtorchVersion();
    return state;
}

void tellReconciled(Session& session, const FoundCheckpoint& found)
{
    const std::int64_t step = session.step();
    for (const std::string& sentence : found.damaged) {
        session.tell(Warned{step, sentence + (found.newest ? "; going on from " + found.newest->folder
                                                           : std::string("; there is no whole checkpoint, starting over"))});
    }
    setDamagedAside(session.run(), found);
    const auto reader = RunReader::open(session.run());
    const auto rows = reader ? reader->checkpoints() : Result<std::vector<CheckpointRecord>>(reader.error());
    if (!rows) {
        return;  // a run without a record has nothing to reconcile
    }
    const auto hasRow = [&](const CheckpointInfo& info) {
        return std::any_of(rows->begin(), rows->end(), [&](const CheckpointRecord& row) { return row.folder == info.folder && !row.removed; });
    };
    const auto isWhole = [&](const CheckpointRecord& row) {
        return std::any_of(found.valid.begin(), found.valid.end(), [&](const CheckpointInfo& info) { return info.folder == row.folder; });
    };
    std::string parent;
    for (const CheckpointInfo& info : found.valid) {
        if (!hasRow(info)) {
            session.tell(CheckpointWritten{stageOf(session.experiment(), info), info.step, info.folder, info.hash,
                                           info.bytes, parent});
        }
        parent = info.folder;
    }
    for (const CheckpointRecord& row : *rows) {
        if (!row.removed && !isWhole(row)) {
            session.tell(CheckpointRemoved{row.folder});
            session.tell(Warned{step, row.folder + " is in the record but not on the disk: it counts as lost"});
        }
    }
}

}  // namespace moebel
