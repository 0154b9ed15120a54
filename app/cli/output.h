// What the verbs print: errors, JSON, tables, numbers as a person reads them.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "moebel/base/result.h"

namespace moebel {

/// One sentence on stderr; with `json` also {"error": {"code", "message", "where"}} on stdout. Returns the exit code.
int printError(const Error& error, bool json);
/// The JSON alone, where the sentence was said already.
void printErrorJson(const Error& error);
/// One value on stdout.
void printJson(const nlohmann::ordered_json& value);

/// Columns padded to their widest cell; the first row is the head. Texts to the left, `numbersFrom` on to the right.
std::string formatTable(const std::vector<std::vector<std::string>>& rows, std::size_t numbersFrom);

/// "1.5 GB", "640 MB": powers of 1000.
std::string sizeText(double bytes);
/// "42 s", "3 min 12 s", "2 h 05 min".
std::string durationText(double seconds);
/// Fixed point; "-" for NaN.
std::string numberText(double value, int decimals);

}  // namespace moebel
