// The scores of several runs beside each other: languages down, runs and their checkpoints across.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "moebel/analysis/score.h"

namespace moebel
{

struct ScoreColumn {
    std::size_t run = 0;
    std::string checkpoint;  ///< "base", "post-pretraining", "review"
    bool operator==(const ScoreColumn&) const = default;
};

struct ScoreCell {
    double value = std::numeric_limits<double>::quiet_NaN();       ///< NaN = not measured
    double difference = std::numeric_limits<double>::quiet_NaN();  ///< to the baseline's value; NaN in the baseline itself
};

struct ScoreRow {
    std::string language;  ///< empty: the mean over the languages of the role
    LanguageRole role = LanguageRole::Original;
    std::vector<ScoreCell> cells;  ///< one a column
};

struct ScoreMatrix {
    std::vector<ScoreColumn> columns;  ///< run after run, the checkpoints of each in the order of training
    std::vector<ScoreRow> rows;        ///< original languages and their mean, then expanded ones and theirs
    double largestDifference() const;  ///< of any cell without its sign; 0 when there is none
};

/// Of one metric ("bits-per-byte"). A difference is taken at the checkpoint of the same name; the baseline's newest one stands
/// in where it has none of that name (a run without a review against one with it). A mean is taken only where every language of
/// the role that any run has was measured. Precondition: baseline < runs.size().
ScoreMatrix scoreMatrix(const std::vector<std::vector<Score>>& runs, std::size_t baseline,
                        const std::string& metric = "bits-per-byte");

}  // namespace moebel
