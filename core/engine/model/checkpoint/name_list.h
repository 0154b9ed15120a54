// Names of tensors in a sentence: every one is accounted for.
#pragma once

#include <string>
#include <vector>

namespace moebel
{

/// Names that differ in their first number only are one entry: "model.layers.{0-3,5}.mlp.up_proj.weight". At most 1,000 entries.
std::string listedNames(const std::vector<std::string>& names);

}  // namespace moebel
