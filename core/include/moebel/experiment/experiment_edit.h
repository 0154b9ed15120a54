// Small changes to the text of an experiment file: what is not touched stays as its author wrote it, comments and order too.
#pragma once

#include <string>
#include <string_view>

#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"

namespace moebel
{

/// Sets the key at `path` ("seed", "stage.0.learning_rate") to the TOML value `value`. A key that is not there yet is added
/// behind the others of its table, a table that is not there at the end. A stage that only the preset brings is written down
/// first, together with those before and behind it, because a file that lists stages lists all of them.
/// Errors: the text is not TOML ("not-toml"), nothing can stand at that path ("no-such-path"), `value` is not TOML
/// ("bad-value").
Result<std::string> setValue(std::string_view toml, const std::string& path, const std::string& value);

/// Takes the key at `path` out, with its line where it has one to itself; the preset's value or the default holds again.
/// A key that is not there: the same text. Error: "not-toml".
Result<std::string> removeValue(std::string_view toml, const std::string& path);

/// Adds a stage of this kind behind the others. Error: "not-toml".
Result<std::string> addStage(std::string_view toml, StageKind kind);
/// Takes a stage out. Errors: "not-toml", "no-such-path".
Result<std::string> removeStage(std::string_view toml, std::size_t index);

}  // namespace moebel
