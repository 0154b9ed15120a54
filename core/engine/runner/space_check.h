// Is there room for what a run will write? Asked before hours are spent.
#pragma once

#include "engine/runner/session.h"
#include "engine/text/prepared_text.h"

namespace moebel {

/// Bytes of two checkpoints of the largest stage and of the record.
std::int64_t neededBytes(const Experiment& experiment, const ModelShape& shape, const ExpertAllocation& allocation);
/// Error "no-space" of kind InvalidInput (nothing was changed) with both numbers.
Status checkSpace(const Session& session, const PreparedText& text);

}  // namespace moebel
