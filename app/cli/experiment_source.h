// From an experiment file on the command line to a checked description, its plan and its text, before anything is created.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"
#include "moebel/experiment/plan.h"

namespace moebel
{

struct CheckedExperiment {
    Experiment experiment;
    std::filesystem::path folder;  ///< of the experiment file, absolute: relative paths start here
    Experiment sized;              ///< the same with the shape of its base checkpoint
    Plan plan;                     ///< of `sized`
};

/// Reads the file with `--set` overrides and checks all rules and the base checkpoint. Error: every problem that was found.
/// `gflopPerSecond` as in makePlan().
Result<CheckedExperiment> checkExperimentFile(const std::string& file, const std::vector<std::string>& overrides,
                                              double gflopPerSecond);

/// Whether there is room in `folder` for what the plan keeps on disk.
Status checkSpace(const Plan& plan, const std::filesystem::path& folder);

/// With the tokenizer that a run of this description uses. `folder`: of its file. Error: its base is missing.
Result<Experiment> withTokenizer(const Experiment& experiment, const std::filesystem::path& folder);

/// Every language has text, the text is tokenised and cached. `progress` as in prepareText().
Status checkText(const CheckedExperiment& checked, const std::function<void(const std::string&, double)>& progress);

}  // namespace moebel
