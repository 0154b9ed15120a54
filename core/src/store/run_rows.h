// What an event is in the tables of run.sqlite.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "database.h"
#include "moebel/store/run_event.h"

namespace moebel {

/// The columns of table `event` for the events that stand in it: kind is kindName(event).
struct EventRow {
    std::int64_t step = 0;
    std::string message;
};

/// Writes events into the tables inside the caller's transaction, as rows of one attempt.
class RunRows {
public:
    /// Prepares the statements. `attempt` is the row of table `attempt` that the rows belong to.
    static Result<RunRows> prepare(Database& database, std::int64_t attempt);

    Status write(const RunEvent& event, double unixSeconds);
    /// The attempt's row tells how far it came; once a transaction.
    Status writeLastStep();
    /// After a rollback: ids that were given out in the transaction do not exist.
    void forget();

private:
    RunRows() = default;

    Status rows(const RunStarted& event, double time);
    Status rows(const StageStarted& event, double time);
    Status rows(const StepFinished& event, double time);
    Status rows(const RoutingSampled& event, double time);
    Status rows(const EvaluationFinished& event, double time);
    Status rows(const CheckpointWritten& event, double time);
    Status rows(const CheckpointRemoved& event, double time);
    Status rows(const Progress& event, double time);
    Status rows(const ExpertsAllocated& event, double time);
    Status rows(const TextReady& event, double time);
    Status rows(const BaseReady& event, double time);
    Status rows(const ModelExpanded& event, double time);
    Status rows(const DeviationMeasured& event, double time);
    Status rows(const GroupsFormed& event, double time) { return log(event, time); }
    template <typename Event>
    Status rows(const Event& event, double time)
    {
        reached(event.step);
        return log(event, time);
    }

    Status log(const RunEvent& event, double time);
    void reached(std::int64_t step);
    Status point(const MetricValue& metric, std::string_view role, bool base, std::int64_t step);
    Result<std::int64_t> metricId(const MetricValue& metric, std::string_view role, bool base);
    Result<std::int64_t> layoutId(const RoutingStats& stats);
    Status profiles(const RoutingSampled& event, std::int64_t layout);
    Status score(const EvaluationFinished& event, const Score& score);
    Status samples(std::int64_t id, const std::vector<SampleScore>& items);

    std::int64_t m_attempt = 0;
    std::int64_t m_lastStep = -1;
    std::string m_lastWork;  ///< what the last Progress was about
    std::map<std::pair<std::string, std::string>, std::int64_t> m_metrics;
    std::map<std::pair<std::string, std::int64_t>, std::int64_t> m_layouts;
    Statement m_startAttempt, m_lastStepOf, m_stage, m_baseAgain, m_metric, m_findMetric, m_point, m_layout, m_findLayout,
        m_capture, m_score, m_noSamples, m_sample, m_checkpoint, m_checkpointGone, m_similarity, m_deviation, m_event,
        m_text, m_language, m_base, m_noExperts, m_expert, m_share;
};

/// A sentence about an event for the log of a run.
EventRow eventRow(const RunEvent& event);

}  // namespace moebel
