// The tables of a report as values; each format writes them in its own way.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "run_data.h"

namespace moebel {

struct Cell {
    std::string text;
    double value = std::nan("");  ///< the number at full precision, where the cell is one
    std::string language;         ///< code, where the text is in that language
};

struct Row {
    std::vector<Cell> cells;
    bool summary = false;  ///< a mean over the rows above
    std::string language;  ///< code whose colour marks the row
};

struct Table {
    std::string title;
    std::string note;  ///< one or two sentences on how to read it
    std::vector<std::string> columns;
    std::vector<bool> numbers;  ///< which columns are numbers (aligned right)
    std::vector<Row> rows;
};

/// One value a language and checkpoint, with means by role. `metric`: "bits-per-byte" or "token-perplexity".
Table scoreTable(const RunData& run, const std::string& metric);
/// Mean score of expert 0 by language and layer, after each stage.
Table expertZeroTable(const RunData& run);
Table languageTable(const RunData& run);
/// By layer: experts of each round of expansion, language classifiers, the similarities behind them, and why in the note. Without rows
/// where the model has no experts.
Table expertTable(const RunData& run);
/// Share of each language's held-out tokens that a layer's classifier sends past the router, and the share that it judges rightly:
/// original languages go past, the others do not. Without rows where there are no classifiers.
Table bypassTable(const RunData& run);
Table accuracyTable(const RunData& run);
/// The groups of languages that have an expert each, with what makes their members alike; their bits per byte through that expert, by
/// language; in an adaptation, what each expert of the base knows of the new languages; what the probe changed by layer. Without rows
/// where there are none.
Table groupTable(const RunData& run);
Table groupScoreTable(const RunData& run);
Table adaptationTable(const RunData& run);
Table deviationTable(const RunData& run);
/// Of the newest checkpoint, by what they are. Without rows where there is none.
Table parameterTable(const RunData& run);
Table stageTable(const RunData& run);
/// Keys and values: model, parameters, device, seed, versions.
Table descriptionTable(const RunData& run);
/// One row a run.
Table comparisonTable(const std::vector<RunData>& runs);
/// Everything about one run in the order of the report.
std::vector<Table> allTables(const RunData& run);

/// "The review restored 76.0 % of what ..."; says what is missing when the run is not complete.
std::string forgettingSentence(const RunData& run);
/// Where the base came from, and why there is no curve of its pretraining where there is none; empty where that is not known.
std::string baseSentence(const RunData& run);
/// Why the scores are not strictly causal; empty where they are.
std::string causalitySentence(const RunData& run);
/// Commands that make and show the run again.
std::vector<std::string> commands(const RunData& run);

}  // namespace moebel
