// From the description to the model that the first stage trains: base, its scores, upcycling, what that did.
#pragma once

#include <memory>
#include <optional>

#include "engine/model/decoder.h"
#include "engine/runner/checkpoint_keeper.h"
#include "engine/runner/session.h"
#include "engine/text/prepared_text.h"

namespace moebel {

/// Tells the base's scores (boundary "base"), writes upcycle.json, tells where every expert comes from, the metric
/// "logit-difference" at step 0 and the routing of the expanded model on held-out text before any training. `pretraining`: as in
/// provideBase().
Result<std::unique_ptr<Decoder>> makeExpandedModel(Session& session, const PreparedText& text, CheckpointKeeper& keeper,
                                                   std::optional<LoadedCheckpoint> pretraining);

}  // namespace moebel
