// Lays a preset under a user's description and overrides over it.
#pragma once

#include <optional>
#include <string>

#include <toml++/toml.h>

#include "moebel/experiment/experiment_file.h"

namespace moebel {

/// Keys of `preset` that `user` does not have are added, tables are merged key by key. Stages are merged by position while their
/// kinds are equal; the user's list, where there is one, decides how many stages there are.
void layUnder(toml::table& user, const toml::table& preset);

/// Sets the value at `override.path`; a TOML value, or a bare word as text. The answer is what is wrong with it.
std::optional<Problem> applyOverride(toml::table& table, const Override& override);

/// The preset's table; empty when there is none of this name.
std::optional<toml::table> presetTable(const std::string& presetName);

}  // namespace moebel
