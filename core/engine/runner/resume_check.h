// What has to hold before a run goes on from a checkpoint, and what is told about the checkpoints that are there.
#pragma once

#include "engine/runner/checkpoint_keeper.h"
#include "engine/runner/session.h"
#include "engine/text/prepared_text.h"

namespace moebel {

/// Error when the description or the text is another one than the checkpoint's: the samples would not be the same. Warns when
/// threads or libraries differ, so that only the order of samples is promised and not every bit.
Status checkContinuity(Session& session, const PreparedText& text, const TrainerState& state, const std::string& checkpoint);

/// Checkpoints without a row are adopted, rows without a whole checkpoint are told as lost, damaged ones are named.
void tellReconciled(Session& session, const FoundCheckpoint& found);

}  // namespace moebel
