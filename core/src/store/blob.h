// Routing sums and expert lists as they stand in the database.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "moebel/analysis/routing_divergence.h"

namespace moebel {

/// Little-endian float64, one after the other.
std::vector<unsigned char> packDoubles(const double* values, std::size_t count);
/// False when the bytes are not exactly `count` numbers.
bool unpackDoubles(std::string_view bytes, double* values, std::size_t count);

/// The kind of the rows of routing_capture that hold single sequences.
inline constexpr std::string_view kSequenceKind = "sequence-score";
/// Little-endian float32: of each sequence its tokens, then its scores.
std::vector<unsigned char> packProfiles(const std::vector<SequenceProfile>& sequences);
/// False when the bytes are not whole sequences with `rowSize` scores each.
bool unpackProfiles(std::string_view bytes, std::size_t rowSize, std::vector<SequenceProfile>& sequences);

/// "[3,3,4]"
std::string packIntegers(const std::vector<std::int64_t>& values);
/// Empty when the text is not such a list of numbers from 0 to 9,999,999.
std::vector<std::int64_t> unpackIntegers(std::string_view text);

}  // namespace moebel
