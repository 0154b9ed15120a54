// The line pictures of a run.
#pragma once

#include <string>
#include <vector>

#include "moebel/analysis/colour.h"
#include "run_data.h"

namespace moebel {

/// Colours of curves that are not of a language ("loss"), by their number.
ColourPair plainColour(std::size_t index);
/// Class of a language's colour on the page.
std::string languageClass(const std::string& code);

/// One picture a loss over the steps.
std::vector<std::string> lossPictures(const RunData& run);
/// Loss of the base over the steps of its pretraining; none when this run did not train it.
std::vector<std::string> basePictures(const RunData& run);
/// Bits per byte over the steps: original languages (dashed) and expanded ones, each with the base's value as a dotted line.
std::vector<std::string> bitsPerBytePictures(const RunData& run);
/// Similarity of the languages over the layers: new to new, new to original, and their mean; none where it was not measured.
std::vector<std::string> similarityPictures(const RunData& run);
/// Mean score of expert 0 over the layers, a curve a language, a picture a checkpoint.
std::vector<std::string> expertZeroPictures(const RunData& run);

}  // namespace moebel
