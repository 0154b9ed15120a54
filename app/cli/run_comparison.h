// What a comparison of runs says, as values, JSON and text.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "moebel/analysis/paired_difference.h"
#include "moebel/base/result.h"
#include "moebel/experiment/experiment_compare.h"
#include "moebel/store/run_folder.h"

namespace moebel
{

/// A score of a run beside the baseline's at the checkpoint of the same name.
struct ComparedScore {
    std::size_t run = 0;  ///< index; the baseline is 0
    std::string checkpoint;
    std::string language;
    LanguageRole role = LanguageRole::Original;
    bool isEarlier = false;  ///< expanded to in an earlier round of the run
    double baseline = 0;
    double value = 0;
    PairedDifference paired;  ///< NaN where the documents were not recorded or are others
};

/// Mean score of expert 0 over the layers, after a stage.
struct ComparedExpertZero {
    std::size_t run = 0;
    std::string checkpoint;
    std::string language;
    double baseline = 0;
    double value = 0;
};

struct RunCost {
    std::string id;
    std::string title;
    std::int64_t steps = 0;
    std::int64_t trainedParameters = 0;  ///< of the stage that trains the most
    std::int64_t checkpointBytes = 0;    ///< of the newest checkpoint
    double seconds = 0;                  ///< between the first and the last event; waiting counts
    std::string causality;               ///< why its scores are not strictly causal; empty where they are
};

struct RunComparison {
    std::vector<DescriptionRow> description;  ///< keys that differ
    std::vector<ComparedScore> scores;        ///< bits per byte
    std::vector<ComparedExpertZero> expertZero;
    std::vector<RunCost> cost;  ///< one a run, the baseline first
};

/// The first run is the baseline. Errors as those of RunReader::open.
Result<RunComparison> compareRuns(const std::vector<RunFolder>& runs);

nlohmann::ordered_json toJson(const RunComparison& comparison);
std::string toText(const RunComparison& comparison);

}  // namespace moebel
