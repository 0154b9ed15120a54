// What the Compare page reads of a run.
#pragma once

#include <QString>
#include <map>
#include <memory>
#include <vector>

#include "app/workbench/control/run_axes.h"
#include "moebel/analysis/paired_difference.h"
#include "moebel/analysis/series.h"
#include "moebel/store/run_store.h"

namespace moebel
{

/// A metric while it trained, by language ('' = all together).
using RunCurves = std::map<std::string, std::shared_ptr<const SeriesColumn>>;

struct ComparedRun {
    RunFolder folder;
    std::string id;
    QString title;    ///< the run's name
    QString problem;  ///< why there is nothing, in one sentence; empty when all could be read
    RunRecord record;
    std::vector<Language> languages;
    std::vector<StageRecord> stages;
    std::vector<Score> scores;
    std::vector<ExpertZeroScore> expertZero;
    std::vector<RoutingCapture> captures;
    std::vector<MetricId> metrics;
    StepScale tokens, time;  ///< see run_axes.h
    RunCurves curves;        ///< of the metric that was asked for
    /// Bits per byte against the baseline's checkpoint of the same name, by checkpoint and language; documents must be
    /// recorded.
    std::map<std::pair<std::string, std::string>, PairedDifference> paired;
};

/// The first is the baseline. Short transactions; any thread.
std::vector<ComparedRun> readComparedRuns(const std::vector<RunFolder>& folders, const std::string& metric);
/// One more metric of the same runs.
std::vector<RunCurves> readCurves(const std::vector<RunFolder>& folders, const std::string& metric);

}  // namespace moebel
