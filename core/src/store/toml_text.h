// TOML files of a run or a project that hold a few keys.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <toml++/toml.h>

namespace moebel {

/// None when the text is not TOML.
std::optional<toml::table> parseToml(std::string_view text);
/// None when the file is missing, larger than 4 MiB or not TOML.
std::optional<toml::table> readToml(const std::filesystem::path& file);

}  // namespace moebel
