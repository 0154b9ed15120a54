// A run as one line of the list, and when that line has to be made again.
#pragma once

#include <string>

#include "moebel/store/project.h"

namespace moebel {

/// Times and sizes of the files a summary depends on. A summary of a run somebody works on is never reused.
std::string runSignature(const RunFolder& run);
/// Empty unless nobody can be working on the run: its lock is missing or was given back.
bool isLockIdle(const RunFolder& run);
/// Reads the run. A damaged one has its reason in `status`.
RunSummary summarise(const RunFolder& run);

}  // namespace moebel
