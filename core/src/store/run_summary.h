// A run as one line of the list, and when that line has to be made again.
#pragma once

#include <string>

#include "moebel/store/project.h"

namespace moebel {

/// What is seen of a run without opening a file.
struct RunSignature {
    std::string text;      ///< times, sizes and numbers of the files a summary depends on
    bool idleLock = true;  ///< the lock is missing or was given back; otherwise somebody may work on it: look again each time
};
RunSignature runSignature(const RunFolder& run);
/// Reads the run. A damaged one has its reason in `status`.
RunSummary summarise(const RunFolder& run);

}  // namespace moebel
