// TOML files of a run or a project that hold a few keys.
#pragma once

#include <filesystem>
#include <optional>
#include <toml++/toml.h>

namespace moebel {

/// None when the file is missing, larger than 4 MiB or not TOML.
std::optional<toml::table> readToml(const std::filesystem::path& file);

}  // namespace moebel
