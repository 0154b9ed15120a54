// JSON that a user gives: read so that no later step can follow it too deep.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "moebel/base/result.h"

namespace moebel
{

/// Error "bad-json": it is no JSON in UTF-8, or nested more than 64 deep (printing and comparing follow the nesting).
Result<nlohmann::json> readJson(std::string_view text, const std::string& where);

/// What a sentence shows of a value: its first 40 bytes or so.
std::string excerpt(const nlohmann::json& value);

}  // namespace moebel
