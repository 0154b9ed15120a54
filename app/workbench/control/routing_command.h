// The command line that tells routing of a checkpoint.
#pragma once

#include <QString>

#include "moebel/store/run_store.h"

namespace moebel
{

/// `moebel route` on the newest checkpoint that is there at `step`, else on the run (its newest one); the text is a file
/// LANGUAGE.txt that the user brings, because a run keeps no text.
QString routingCommand(const RunFolder& run, const std::vector<CheckpointRecord>& checkpoints, std::int64_t step,
                       const QString& language);

}  // namespace moebel
