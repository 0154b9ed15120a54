// Verbs that turn one JSON value a line into another.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "moebel/base/result.h"

namespace moebel {

/// Every line of `file` ("-" = stdin) through `transform` to one line on stdout. Error: the line that is no JSON or that
/// `transform` refuses, by file and line number; what came before it was written.
Result<int> transformJsonLines(const std::string& file,
                               const std::function<Result<nlohmann::ordered_json>(const nlohmann::json&)>& transform);

}  // namespace moebel
