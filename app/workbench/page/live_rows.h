// What the Live page draws, made from what is known of a run: values in, values out.
#pragma once

#include "app/workbench/control/run_history.h"
#include "widgets/plot/series_values.h"

namespace moebel
{

/// The rows of the plot in their order; only those that have a series: bits per byte by language, the language model's loss
/// (all languages together, and by language), balance and prior loss, gradient norm, learning rate, tokens per second. Where
/// this run trained its base, that pretraining stands before step 0.
QList<PlotRow> liveRows(const RunHistory& history);
/// What can be looked at alone: the base's pretraining and the stages that were begun.
struct RunSpan {
    std::int64_t stage = 0;  ///< -1: the base's pretraining
    QString name;
    std::int64_t first = 0, last = 0;  ///< steps of the axis
    bool operator==(const RunSpan&) const = default;
};
QList<RunSpan> runSpans(const RunHistory& history);
/// The rows that have a point between two steps of the axis, with only the series that have.
QList<PlotRow> rowsWithin(const QList<PlotRow>& rows, std::int64_t first, std::int64_t last);
/// The step that a line of the log or of the events speaks of: "review 633/1200, ...", "step 600", "checkpoints/step-000200".
std::optional<std::int64_t> stepOfLine(const QString& line);
/// The stage that a step belongs to (below 0: the base's pretraining, -1); -1 = none was begun.
std::int64_t stageOfStep(const RunHistory& history, std::int64_t step);
/// Where stages begin, and where the worker warned.
QList<StageMark> stageMarks(const RunHistory& history);
/// Trained tokens at a step of the axis, those of the base's pretraining first; without knots when the description does not
/// tell.
StepScale tokenScale(const RunHistory& history);

/// "magyar (hu)", the name kept apart from what stands around it.
QString languageText(const std::string& code);
QString stageText(StageKind kind);

struct LiveProgress {
    double fraction = 0;
    QString text;  ///< "review, step 775 of 1,200, 9,300 tokens/s, 81.5 GFLOP/s, about 1 min 12 s left"
};
/// The time left follows from the newest tokens per second and the tokens that are left, of the base's pretraining from its
/// pace; it is told of live runs only. Before the first step it is what the worker prepares.
LiveProgress liveProgress(const RunHistory& history);

}  // namespace moebel
