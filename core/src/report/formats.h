// The three writers.
#pragma once

#include <string>
#include <vector>

#include "run_data.h"

namespace moebel {

std::string htmlReport(const std::vector<RunData>& runs);
std::string markdownReport(const std::vector<RunData>& runs);
std::string latexReport(const std::vector<RunData>& runs);

}  // namespace moebel
