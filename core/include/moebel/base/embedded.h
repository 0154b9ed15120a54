// Files of resources/ that travel inside the program.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace moebel {

/// Content of "defaults/presets/moe-lpr.toml" or "schema/run/0001_tables.sql"; none when there is no such file.
std::optional<std::string_view> embeddedFile(std::string_view path);
/// Paths that begin with `prefix`, sorted.
std::vector<std::string_view> embeddedFiles(std::string_view prefix);

}  // namespace moebel
