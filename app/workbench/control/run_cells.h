// What the cells of the list of runs say, and how two runs compare in a column.
#pragma once

#include <QColor>
#include <QPalette>
#include <QString>
#include <QVariant>

#include "app/workbench/control/run_list_model.h"

namespace moebel
{

QColor stateColour(RunState state, const QPalette& palette);
/// 0..1.
double doneShare(const RunStatus& status);

/// Column Loss is not a text of a summary: empty.
QString runCellText(const RunSummary& run, const RunNotes& notes, int column);
/// As it is stored: numbers, times in ISO 8601, words as the command line has them; the loss is no part of a summary.
QVariant runCellStored(const RunSummary& run, const RunNotes& notes, int column);
QString runCellTip(const RunSummary& run, const RunNotes& notes, int column);
QString runColumnTitle(int column);
QString runColumnTip(int column);
/// Numbers stand at the right.
bool isNumberColumn(int column);
/// `a` before `b` in ascending order; runs without a value come last in both orders.
bool runBefore(const RunSummary& a, const RunSummary& b, int column, bool descending);
/// The same row in every cell.
bool sameRow(const RunSummary& a, const RunSummary& b);
/// "paper, greek" <-> tags; empty ones and repetitions are dropped.
QString tagText(const std::vector<std::string>& tags);
std::vector<std::string> tagsOf(const QString& text);

}  // namespace moebel
