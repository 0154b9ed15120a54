// The rules of DMoE's part of a description: groups of languages, the layers that get their experts, and the stages for them.
#pragma once

#include "moebel/experiment/experiment_file.h"

namespace moebel
{

/// Adds what is wrong in [groups], in [deviation], and in expansion and stages where they have to do with groups.
void checkGroups(const Experiment& experiment, std::vector<Problem>& problems);

}  // namespace moebel
