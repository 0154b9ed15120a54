// A finished run as the base of another one: lifelong expansion (methods.md 2.6).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"
#include "moebel/store/run_folder.h"

namespace moebel
{

/// The run that base.path names: its folder, relative to the experiment's, or its id in the runs beside the experiment, or the name
/// that follows the date in its id: the newest finished one. Errors, as
/// invalid input at base.path: no such run, one that is not finished, one without a checkpoint. Hashes are not checked.
Result<BaseRun> findBaseRun(const Experiment& experiment, const std::filesystem::path& experimentFolder);

/// The base of a run that was made: as its record has it, at its place or beside the run; found anew for a record that does not have
/// it. Error: it is gone.
Result<BaseRun> recordedBaseRun(const RunFolder& run, const Experiment& experiment, const std::filesystem::path& experimentFolder);

/// Every byte of the model is what it was when the run was made. Error: the file that is not, or "base-changed".
Status verifyBaseRun(const BaseRun& base);

/// With base.path as the model that a base run has left; other descriptions as they are. Errors: none of the expanded languages is new
/// to the run; a language has another role than it has there.
Result<Experiment> withBaseModel(Experiment experiment, const std::filesystem::path& experimentFolder);

/// The roles that the similarities of a round see: what its base knew is original (methods.md 2.6).
std::vector<Language> rolesOfRound(std::vector<Language> languages, const std::optional<BaseRun>& base);

/// A sentence about the languages of the base that a description leaves out, so that nothing keeps them; empty without any.
std::string leftOutWarning(const Experiment& experiment, const BaseRun& base);

}  // namespace moebel
