// run.sqlite: one writer, many readers. The schema is resources/schema/run, prose in core/doc/formats/database.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/store/run_event.h"
#include "moebel/store/run_folder.h"

namespace moebel {

/// The one writer of a run: a bounded queue and a thread that commits about once a second, and at once for state and
/// checkpoint events. Rows are never dropped: while the disk is full they stay queued and are tried again every second,
/// and receive() waits when the queue (64 MiB) is full.
class RunWriter : public RunSink {
public:
    /// Opens (and recovers) the database. Rows of earlier starts after `resumeStep` (-1: all of them) are marked superseded; those
    /// of the base's pretraining when it is told where that goes on. A file of an older version is migrated, a copy as it was stays
    /// beside it (`run-version-1.sqlite`). The caller holds the RunLock. Errors: not a run database, damaged, "newer-schema", no space.
    static Result<std::unique_ptr<RunWriter>> open(const RunFolder& run, std::int64_t resumeStep = -1);
    ~RunWriter() override;

    void receive(const RunEvent& event) override;
    /// Waits until everything received is committed. Error: what kept the writer from committing (disk full, ...).
    Status flush() override;
    /// What keeps rows from being committed at the moment ("no-space", "database-busy", ...); none when all is well.
    std::optional<Error> fault() const;

private:
    struct State;
    explicit RunWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

struct StageRecord {
    std::int64_t stage = 0;
    StageKind kind = StageKind::PostPretraining;
    std::int64_t firstStep = 0;
    std::int64_t steps = 0;
    std::vector<std::int64_t> experts;
    std::int64_t topK = 2;
    std::int64_t trainedParameters = 0;
    bool operator==(const StageRecord&) const = default;
};
struct MetricId {
    std::string name;
    std::string language;
    std::string unit;
    bool operator==(const MetricId&) const = default;
};
struct MetricPoint {
    std::int64_t step = 0;
    double value = 0;
    bool operator==(const MetricPoint&) const = default;
};
struct MetricSeries {
    MetricId metric;
    std::vector<MetricPoint> points;
    bool operator==(const MetricSeries&) const = default;
};
struct RoutingCapture {
    std::int64_t stage = 0;
    std::int64_t step = 0;
    RoutingSplit split = RoutingSplit::Training;
    bool operator==(const RoutingCapture&) const = default;
};
struct CheckpointRecord {
    std::int64_t stage = 0;
    std::int64_t step = 0;
    std::string folder;
    std::string hash;
    std::int64_t bytes = 0;
    std::string parent;
    bool removed = false;
    bool operator==(const CheckpointRecord&) const = default;
};
struct EventRecord {
    std::int64_t row = 0;  ///< for events(afterRow)
    double time = 0;
    std::int64_t step = 0;
    std::string kind;
    std::string message;
    bool operator==(const EventRecord&) const = default;
};

/// What a run was made of; empty and 0 where that is not known (yet, or in runs of version 0.1.0).
struct RunInputs {
    std::string tokenizerHash;
    std::string dataHash;
    std::string baseSource;  ///< as name(BaseSource)
    std::string baseIdentity;
    int baseThreads = 0;
    bool operator==(const RunInputs&) const = default;
};
/// The share of a language among the samples of a stage; stage -1 is the pretraining of the base.
struct MixtureShare {
    std::int64_t stage = 0;
    std::string language;
    double share = 0;
    bool operator==(const MixtureShare&) const = default;
};

/// An expert of the expanded model.
struct ExpertRecord {
    ExpertId id;
    ExpertOrigin origin = ExpertOrigin::Copy;
    std::int64_t round = 0;  ///< of expansion, in which it came; 0: with the base; -1: not recorded
    /// Of a copy that an adaptation made: the expert of the base run that it began as. -1: the layer's original network.
    std::int64_t copyOf = -1;
    bool operator==(const ExpertRecord&) const = default;
};

/// What to do with a database of a newer version: refuse it with "newer-schema", or read what this program knows of it.
enum class NewerSchema { Refuse, Read };

/// Read-only view; every call is a short transaction, and calls from several threads are safe. Superseded rows are left
/// out, except of events(), which are the history. A database of an older version is read as it is: what that version did not
/// record is empty.
class RunReader {
public:
    /// Errors: "not-a-run", "damaged", "newer-schema". What a killed writer left unfinished is rolled back first.
    static Result<RunReader> open(const RunFolder& run, NewerSchema newer = NewerSchema::Refuse);
    /// Made by a newer version of this program: it may hold more than is read here.
    bool newerSchema() const;
    RunReader(RunReader&&) noexcept;
    RunReader& operator=(RunReader&&) noexcept;
    ~RunReader();

    Result<RunRecord> record() const;
    Result<std::vector<Language>> languages() const;
    Result<RunInputs> inputs() const;
    /// By language: how much text there is.
    Result<std::vector<TextReady::LanguageFacts>> text() const;
    /// Of each stage, by language.
    Result<std::vector<MixtureShare>> mixture() const;
    /// By layer and index; empty before the model was expanded.
    Result<std::vector<ExpertRecord>> experts() const;
    /// [layer][expert]: the words of ExpertOrigin; empty before the model was expanded.
    Result<std::vector<std::vector<std::string>>> expertOrigins() const;
    Result<std::vector<StageRecord>> stages() const;
    /// Names as in MetricValue; those of the base's pretraining begin with "base.".
    Result<std::vector<MetricId>> metrics() const;
    /// Points with step > afterStep, by step; without points when there is no such metric.
    Result<MetricSeries> series(const std::string& metric, const std::string& language, std::int64_t afterStep = -1) const;
    Result<std::vector<Score>> scores() const;  ///< boundary scores: base and stage ends
    /// The items of one of them, by item; none when they were not recorded.
    Result<std::vector<SampleScore>> samples(const Score& score) const;
    Result<std::vector<RoutingCapture>> captures() const;
    Result<RoutingStats> routing(const RoutingCapture& capture) const;
    /// Its single sequences, in the languages' order; empty where they were not kept.
    Result<RoutingProfiles> profiles(const RoutingCapture& capture) const;
    /// Expert 0 is the base model's own. False where every expert is that of a group of languages (methods.md 3.6).
    Result<bool> hasOriginalExpert() const;
    /// From evaluation captures at the boundaries: "expansion" (step 0) and the words of the stages at their ends. Empty where no
    /// expert is the base model's own.
    Result<std::vector<ExpertZeroScore>> expertZero() const;
    Result<std::vector<CheckpointRecord>> checkpoints() const;
    /// The newest decision about the experts of the layers, and the similarity behind it; none before it was made.
    Result<std::optional<ExpertsAllocated>> allocation() const;
    /// What the probe of this run measured, and the groups that were made; none without them, or before.
    Result<std::optional<DeviationMeasured>> deviation() const;
    Result<std::optional<GroupsFormed>> groups() const;
    Result<std::vector<EventRecord>> events(std::int64_t afterRow = 0) const;
    /// How far the newest start came, and the steps of all stages; -1 and 0 before the first start. The same of the pretraining of
    /// the base; zeros when it was not trained in this run.
    struct Reached {
        std::int64_t step = -1;
        std::int64_t totalSteps = 0;
        std::int64_t baseStep = 0;
        std::int64_t baseSteps = 0;
    };
    Result<Reached> reached() const;
    /// Kind of the newest event that tells a state ("run-started", "paused", "resumed", "run-finished", ...); empty before.
    Result<std::string> lastState() const;

private:
    struct State;
    /// The newest event of this type in the record.
    template <typename Event>
    Result<std::optional<Event>> newest() const;
    explicit RunReader(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

}  // namespace moebel
