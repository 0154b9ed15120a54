// What has to hold before a run goes on from a checkpoint, and what is told about the checkpoints that are there.
#pragma once

#include "engine/runner/checkpoint_keeper.h"
#include "engine/runner/session.h"
#include "engine/text/prepared_text.h"

namespace moebel {

/// Error when the description or the text is another one than the checkpoint's: the samples would not be the same. Warns when
/// threads or libraries differ, so that only the order of samples is promised and not every bit.
Status checkContinuity(Session& session, const PreparedText& text, const TrainerState& state, const std::string& checkpoint);

/// Whether the state of a checkpoint belongs to a stage that begins with `routing`. Error "bad-checkpoint-state" names `checkpoint`.
Status checkState(const TrainerState& state, const StageSpec& stage, const RoutingStats& routing, const std::string& checkpoint);

/// A state with what is the same at every moment of a run and its wall time; the position is left to the caller.
TrainerState stateOfRun(const Session& session, const PreparedText& text);

/// Checkpoints without a row are adopted, rows without a whole checkpoint are told as lost, damaged ones are named.
void tellReconciled(Session& session, const FoundCheckpoint& found);

}  // namespace moebel
