// The state of a run by what the disk says, for those who opened its database already.
#pragma once

#include "moebel/store/run_folder.h"
#include "moebel/store/run_store.h"

namespace moebel {

RunStatus statusOf(const RunFolder& run, const Result<RunReader>& reader);

}  // namespace moebel
