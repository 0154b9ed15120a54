// The word that was meant.
#pragma once

#include <string>
#include <vector>

namespace moebel
{

/// The nearest of some words by edits, empty when none is near (more than a third of the letters, and more than two).
std::string nearestWord(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace moebel
