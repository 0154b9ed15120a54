// What the Live page draws, made from what is known of a run: values in, values out.
#pragma once

#include "app/workbench/control/run_history.h"
#include "widgets/plot/series_values.h"

namespace moebel
{

/// The rows of the plot in their order; only those that have a series: bits per byte by language, the language model's loss
/// (all languages together, and by language), balance and prior loss, gradient norm, tokens per second. Before the first step
/// of a stage: the base's pretraining (loss, gradient norm, learning rate).
QList<PlotRow> liveRows(const RunHistory& history);
/// The rows of the base's pretraining, over its own steps; none when this run did not train it.
QList<PlotRow> baseRows(const RunHistory& history);
/// The step that a line of the log or of the events speaks of: "review 633/1200, ...", "step 600", "checkpoints/step-000200".
std::optional<std::int64_t> stepOfLine(const QString& line);
/// The stage that a step belongs to; -1 = none was begun.
std::int64_t stageOfStep(const RunHistory& history, std::int64_t step);
/// Where stages begin, and where the worker warned.
QList<StageMark> stageMarks(const RunHistory& history);
/// Trained tokens at a step (of the base's pretraining while nothing else was begun); without knots when the description does
/// not tell.
StepScale tokenScale(const RunHistory& history);

/// "magyar (hu)", the name kept apart from what stands around it.
QString languageText(const std::string& code);
QString stageText(StageKind kind);

struct LiveProgress {
    double fraction = 0;
    QString text;  ///< "review, step 775 of 1,200, about 1 min 12 s left"
};
/// The time left follows from the newest tokens per second and the tokens that are left, of the base's pretraining from its
/// pace; it is told of live runs only. Before the first step it is what the worker prepares.
LiveProgress liveProgress(const RunHistory& history);

}  // namespace moebel
