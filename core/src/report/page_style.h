// The page's style sheet.
#pragma once

#include <string>
#include <vector>

#include "run_data.h"

namespace moebel {

/// Fixed rules and the colours of the runs' languages, for light and dark.
std::string pageStyle(const std::vector<RunData>& runs);

}  // namespace moebel
