// What a run tells while it works, as values, and who listens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "moebel/analysis/expert_allocation.h"
#include "moebel/analysis/language_groups.h"
#include "moebel/analysis/language_similarity.h"
#include "moebel/analysis/nearest_expert.h"
#include "moebel/analysis/parameter_deviation.h"
#include "moebel/analysis/routing_divergence.h"
#include "moebel/analysis/routing_stats.h"
#include "moebel/analysis/score.h"
#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"

namespace moebel {

/// Steps count over the whole run (the base's pretraining excluded): stage 2 goes on where stage 1 ended. What is told of stage
/// -1, the pretraining, counts the pretraining's own steps; all else that happens in it is of step 0.
struct RunStarted {
    std::string runId;
    bool resumed = false;
    std::int64_t firstStep = 0;   ///< steps that are done before: 0, or where the checkpoint stands
    std::int64_t totalSteps = 0;  ///< of all stages
    int threads = 0;
    bool operator==(const RunStarted&) const = default;
};
struct StageStarted {
    std::int64_t stage = 0;  ///< index into Experiment::stages; -1 = pretraining of the base
    StageKind kind = StageKind::PostPretraining;
    std::int64_t firstStep = 0;  ///< steps done before this stage: it ends at firstStep + steps; told the same on resume
    std::int64_t steps = 0;
    std::vector<std::int64_t> experts;  ///< experts per layer, original included
    std::int64_t topK = 2;
    std::int64_t trainedParameters = 0;
    std::vector<double> shares = {};  ///< of the stage's samples, by language
    std::int64_t stepsDone = 0;  ///< steps of this stage that were done before, when a resume goes on inside it
    bool operator==(const StageStarted&) const = default;
};
/// A number at a step. Names: "loss", "language-model-loss", "balance-loss", "prior-loss", "gradient-norm",
/// "learning-rate", "tokens-per-second", "bits-per-byte" (with language). Language is a dimension of every metric.
struct MetricValue {
    std::string name;
    std::string unit;      ///< "nats/token", "bits/byte", "tokens/s", ""
    std::string language;  ///< empty = all
    double value = 0;
    bool operator==(const MetricValue&) const = default;
};
struct StepFinished {
    std::int64_t stage = 0;
    std::int64_t step = 0;  ///< 1 after the first step
    std::vector<MetricValue> metrics;
    bool operator==(const StepFinished&) const = default;
};
enum class RoutingSplit { Training, Evaluation };
struct RoutingSampled {
    std::int64_t stage = 0;
    std::int64_t step = 0;
    RoutingSplit split = RoutingSplit::Training;
    RoutingStats stats;  ///< of the window since the last capture (training) or of the held-out text (evaluation)
    RoutingProfiles profiles{};  ///< at base or at the end of a stage; kept in the record, not told on the socket
    bool operator==(const RoutingSampled&) const = default;
};
struct EvaluationFinished {
    std::int64_t stage = -1;
    std::int64_t step = 0;
    bool boundary = false;  ///< at base or at the end of a stage, on the whole held-out sample
    std::vector<Score> scores;
    bool operator==(const EvaluationFinished&) const = default;
};
struct CheckpointWritten {
    std::int64_t stage = 0;
    std::int64_t step = 0;
    std::string folder;  ///< relative to the run folder: "checkpoints/step-000400", of stage -1 "checkpoints/base-000400"
    std::string hash;    ///< SHA-256 of MANIFEST.json
    std::int64_t bytes = 0;
    std::string parent;  ///< folder of the one before, empty for the first
    bool operator==(const CheckpointWritten&) const = default;
};
struct CheckpointRemoved {
    std::string folder;
    bool operator==(const CheckpointRemoved&) const = default;
};
struct Warned {
    std::int64_t step = 0;
    std::string message;
    bool operator==(const Warned&) const = default;
};
struct Progress {  ///< of work before the first step: reading text, training the tokenizer, pretraining the base
    std::string what;
    double fraction = 0;
    bool operator==(const Progress&) const = default;
};
struct RunPaused {
    std::int64_t step = 0;
    std::string reason;
    bool operator==(const RunPaused&) const = default;
};
struct RunResumed {
    std::int64_t step = 0;
    bool operator==(const RunResumed&) const = default;
};
struct RunFinished {
    std::int64_t step = 0;
    double seconds = 0;
    bool operator==(const RunFinished&) const = default;
};
struct RunStopped {
    std::int64_t step = 0;
    bool operator==(const RunStopped&) const = default;
};
struct RunFailed {
    std::int64_t step = 0;
    Error error;
    bool operator==(const RunFailed&) const = default;
};

/// What the expansion was decided by, before the model is expanded.
struct ExpertsAllocated {
    AllocationChoice choice;
    LanguageSimilarity similarity;  ///< of the experiment's languages; without layers where none was measured
    bool operator==(const ExpertsAllocated&) const = default;
};

/// What DMoE's probe measured on the base (methods.md 3.2 to 3.4).
struct DeviationMeasured {
    ParameterDeviation deviation;
    bool operator==(const DeviationMeasured&) const = default;
};

/// The groups of languages that have an expert each, before the model is expanded.
struct GroupsFormed {
    LanguageGroups groups;  ///< all of them; in an adaptation those of its base first, their similarities unknown
    GroupingAlgorithm algorithm = GroupingAlgorithm::Exact;
    GroupingSource source = GroupingSource::Deviation;  ///< of the similarities, where the algorithm reads them
    std::vector<std::int64_t> layers;                   ///< that have these experts, ascending
    std::vector<NearestExpert> added = {};              ///< of an adaptation: its groups, the last ones of `groups`
    bool operator==(const GroupsFormed&) const = default;
};

/// The text that the run reads, once it is tokenised.
struct TextReady {
    struct LanguageFacts {
        std::string code;
        std::int64_t trainingDocuments = 0;
        std::int64_t trainingBytes = 0;
        std::int64_t trainingTokens = 0;
        std::int64_t heldoutDocuments = 0;
        bool operator==(const LanguageFacts&) const = default;
    };
    std::string tokenizerHash;  ///< SHA-256
    std::string dataHash;       ///< of all shards and the tokenizer
    std::vector<LanguageFacts> languages;  ///< in the order of the experiment
    bool operator==(const TextReady&) const = default;
};

enum class BaseSource { Trained, Cache, Checkpoint, Run };
/// The model that is expanded.
struct BaseReady {
    BaseSource source = BaseSource::Trained;
    std::string identity;  ///< hash of all that made it: everything that is cached about it is kept by this
    int threads = 0;       ///< that trained it; 0 = not trained by this program, or not known
    bool operator==(const BaseReady&) const = default;
};
std::string_view name(BaseSource source);  ///< "trained", "cache", "checkpoint", "run"

/// Where every expert of the expanded model came from.
struct ModelExpanded {
    std::vector<std::vector<ExpertOrigin>> origins;  ///< [layer][expert]
    std::int64_t topK = 2;
    double logitDifference = 0;  ///< largest, against the base
    std::vector<std::vector<std::int64_t>> rounds = {};  ///< [layer][expert]: of expansion, in which it came; 0: with the base
    bool operator==(const ModelExpanded&) const = default;
};

using RunEvent = std::variant<RunStarted, StageStarted, StepFinished, RoutingSampled, EvaluationFinished, CheckpointWritten,
                              CheckpointRemoved, Warned, Progress, RunPaused, RunResumed, RunFinished, RunStopped, RunFailed,
                              ExpertsAllocated, TextReady, BaseReady, ModelExpanded, DeviationMeasured, GroupsFormed>;

/// Who listens. receive() is called on the training thread and must not block on a disk or a network.
class RunSink {
public:
    virtual ~RunSink() = default;
    virtual void receive(const RunEvent& event) = 0;
    /// Waits until everything received is safe; called before a checkpoint becomes visible, so that a run resumed from it
    /// misses no row. Error: what keeps it from being safe (disk full, ...).
    virtual Status flush() { return Done{}; }
};

/// The word of an event in files and on the socket: "step", "routing", "run-finished", ...
std::string_view kindName(const RunEvent& event);
/// One line of cli.md's event stream: {"v":1,"t":...,"kind":...}. `unixSeconds` is given so that it can be tested.
std::string toJsonLine(const RunEvent& event, double unixSeconds);
/// The event of a line, at most 16 MiB and 32 levels deep; fields it does not know are ignored, null is NaN. Error codes:
/// "unknown-kind" (a newer program's event, to be ignored), "unknown-version", "bad-event".
Result<RunEvent> fromJsonLine(std::string_view line);

}  // namespace moebel
