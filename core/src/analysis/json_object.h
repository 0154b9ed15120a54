// A JSON object from outside: its members in the order of the text, none of them twice.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "moebel/base/result.h"

namespace moebel
{

/// Error: `code`; names the file and what was found. `expected`: the end of the sentence, such as "expected {\"ar\": 0}".
Result<nlohmann::ordered_json> jsonObject(const std::string& text, const std::string& file, const std::string& code,
                                          const std::string& expected);

}  // namespace moebel
