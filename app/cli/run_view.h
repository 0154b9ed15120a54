// A run as the verbs show it: the JSON of cli.md and the table of results.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "moebel/analysis/score.h"
#include "moebel/base/result.h"
#include "moebel/store/run_store.h"

namespace moebel {

/// In bytes; 0 where the run does not say.
struct MemoryUse {
    std::int64_t plannedBytes = 0;  ///< by plan.json
    std::int64_t peakBytes = 0;     ///< the most that the worker held, as its steps told
};

/// Held-out bits per byte of a language, all tokens through the expert of its group.
struct GroupScore {
    std::string language;
    std::int64_t step = 0;
    double value = 0;
};

/// What run.sqlite says of a run, read at once.
struct RunView {
    RunFolder folder;
    RunStatus status;
    RunRecord record;
    std::optional<Experiment> experiment;  ///< from experiment.toml; none where that cannot be read
    std::vector<Language> languages;
    std::vector<StageRecord> stages;
    std::vector<Score> scores;  ///< at base and at stage ends
    std::vector<ExpertZeroScore> expertZero;
    std::vector<CheckpointRecord> checkpoints;
    MemoryUse memory;
    std::optional<ExpertsAllocated> allocation;
    RunInputs inputs;
    std::vector<TextReady::LanguageFacts> text;  ///< by language
    std::vector<MixtureShare> mixture;
    std::vector<ExpertRecord> experts;
    std::vector<GroupScore> groupScores;  ///< at stage ends of a run with groups, of an adaptation at its start, too
};
Result<RunView> readRunView(const RunFolder& folder);

/// {"run", "folder", "state", "scores", "expert0"} and the share restored and kept where it is known.
nlohmann::ordered_json resultJson(const RunView& view);
/// The same with "experiment", "stages", "checkpoints", "device", "memory", "inputs", "text", "origins", "experts", "base_run", "round",
/// "causal", "allocation" and "groups".
nlohmann::ordered_json wholeJson(const RunView& view);

/// Bits per byte per language at base and after each stage, means of the roles, what was restored and kept.
std::string resultTable(const RunView& view);

/// "step 12 of 78", or where the pretraining of the base stands.
std::string placeText(const RunStatus& status);

/// The end of `run` and `resume`: the table, and the folder as the last line; or the JSON. Where `events` have gone to stdout, the
/// table goes to stderr. Returns `workerCode`.
Result<int> printResult(const RunFolder& run, int workerCode, bool json, bool events);
/// The end of a detached start: the folder, or the same JSON without results.
void printStarted(const RunFolder& run, RunState state, bool json);

}  // namespace moebel
