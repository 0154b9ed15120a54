// run.sqlite: one writer, many readers. The schema is resources/schema/run, prose in core/doc/formats/database.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/store/run_event.h"
#include "moebel/store/run_folder.h"

namespace moebel {

/// The one writer of a run: a bounded queue and a thread that commits about once a second, and at once for state and
/// checkpoint events. Rows are never dropped: receive() waits when the queue is full.
class RunWriter : public RunSink {
public:
    /// Opens (and recovers) the database. On resume, rows after `resumeStep` are marked superseded.
    static Result<std::unique_ptr<RunWriter>> open(const RunFolder& run, std::int64_t resumeStep = -1);
    ~RunWriter() override;

    void receive(const RunEvent& event) override;
    /// Waits until everything received is committed. Error: what kept the writer from committing (disk full, ...).
    Status flush() override;

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
    double time = 0;
    std::int64_t step = 0;
    std::string kind;
    std::string message;
    bool operator==(const EventRecord&) const = default;
};

/// Read-only view; every call is a short transaction. Superseded rows are left out.
class RunReader {
public:
    /// Error: not a run database, damaged, or from a newer version (which is opened where it can be, see newerSchema()).
    static Result<RunReader> open(const RunFolder& run);
    RunReader(RunReader&&) noexcept;
    RunReader& operator=(RunReader&&) noexcept;
    ~RunReader();

    Result<RunRecord> record() const;
    Result<std::vector<Language>> languages() const;
    Result<std::vector<StageRecord>> stages() const;
    Result<std::vector<MetricId>> metrics() const;
    /// Points with step > afterStep.
    Result<MetricSeries> series(const std::string& metric, const std::string& language, std::int64_t afterStep = -1) const;
    Result<std::vector<Score>> scores() const;  ///< boundary scores: base and stage ends
    Result<std::vector<RoutingCapture>> captures() const;
    Result<RoutingStats> routing(const RoutingCapture& capture) const;
    Result<std::vector<ExpertZeroScore>> expertZero() const;  ///< from evaluation captures at stage ends
    Result<std::vector<CheckpointRecord>> checkpoints() const;
    Result<std::vector<EventRecord>> events(std::int64_t afterRow = 0) const;

private:
    struct State;
    explicit RunReader(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

}  // namespace moebel
