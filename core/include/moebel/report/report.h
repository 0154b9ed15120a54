// Tables and pictures of runs as one self-contained text.
#pragma once

#include <string>
#include <vector>

#include "moebel/base/result.h"
#include "moebel/store/run_folder.h"

namespace moebel {

enum class ReportFormat {
    Html,      ///< one page with inline SVG pictures, dark or light as the reader's system wishes; refers to nothing outside
    Markdown,  ///< the tables only
    Latex      ///< the tables only, for the packages booktabs and longtable
};

/// Reads each run through RunReader (the numbers are those of `moebel show --json`) and writes one section a run, and a
/// comparison in front when there are several. A run that is still going on gives what it has so far.
/// Errors: no run given; a run that cannot be opened or read (its own error).
Result<std::string> makeReport(const std::vector<RunFolder>& runs, ReportFormat format);

}  // namespace moebel
