// A finished run as the base of another one: lifelong expansion.
#pragma once

#include <filesystem>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"
#include "moebel/store/run_folder.h"

namespace moebel
{

struct BaseRun {
    RunFolder run;
    std::filesystem::path model;      ///< folder of its last checkpoint
    std::vector<Language> languages;  ///< that it knows: its original ones and those it was expanded to
};

/// The run that base.path names: its folder, relative to the experiment's, or its id in the runs beside the experiment, or the name
/// that follows the date in its id: the newest finished one. Errors, as
/// invalid input at base.path: no such run, one that is not finished, one without a checkpoint. Hashes are not checked.
Result<BaseRun> findBaseRun(const Experiment& experiment, const std::filesystem::path& experimentFolder);

/// With base.path as the model that a base run has left; other descriptions as they are. Error also where none of the expanded
/// languages is new to the run.
Result<Experiment> withBaseModel(Experiment experiment, const std::filesystem::path& experimentFolder);

/// Whether a language is expanded to in this round: expanded, and unknown to the base run.
bool isNewLanguage(const Language& language, const BaseRun& base);

}  // namespace moebel
