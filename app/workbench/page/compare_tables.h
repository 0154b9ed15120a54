// What the Compare page shows, made from what was read of runs: values in, values out.
#pragma once

#include "app/workbench/control/compared_run.h"
#include "moebel/base/result.h"
#include "widgets/plot/series_values.h"
#include "widgets/table/comparison_table.h"

namespace moebel
{

/// The baseline is the first of the runs everywhere. Its name, and those of the others, kept apart where they are the same.
QStringList runNames(const std::vector<ComparedRun>& runs);
/// Keys of the descriptions by run; only those that differ when `differencesOnly`.
Result<ComparisonTable> descriptionTable(const std::vector<ComparedRun>& runs, bool differencesOnly);
/// Bits per byte of each language by run and checkpoint, with means, and what was restored and kept.
ComparisonTable scoreTable(const std::vector<ComparedRun>& runs);
/// Mean expert-0 score by language and layer at the end of each run, on held-out text.
ComparisonTable expertZeroTable(const std::vector<ComparedRun>& runs);
/// Colours of the runs of a comparison, by their place in it (Okabe and Ito).
ColourPair comparedRunColour(std::size_t place);

}  // namespace moebel
