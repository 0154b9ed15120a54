// The scores of a SentencePiece vocabulary of byte pairs as a list of merges.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace moebel
{

/// Every way to put a token together from two others, the best score first; of one token's the longest left part first
/// (transformers, generate_merges). `joins`: tokens that take part; the others are marks and bytes.
std::vector<std::pair<std::string, std::string>> mergesOfScores(const std::vector<std::string>& tokens,
                                                                const std::vector<double>& scores,
                                                                const std::vector<bool>& joins);

}  // namespace moebel
