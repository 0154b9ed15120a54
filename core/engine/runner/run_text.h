// The text that a run reads, tokenised as its base wants it.
#pragma once

#include <filesystem>
#include <optional>

#include "engine/runner/session.h"
#include "engine/text/prepared_text.h"
#include "moebel/store/checkpoint_folder.h"

namespace moebel
{

/// Prepared or from the cache; told as Progress and Warned. `own`: the run's newest checkpoint, which has a tokenizer where the
/// base is gone.
Result<PreparedText> readRunText(Session& session, const std::filesystem::path& experimentFolder,
                                 const std::optional<CheckpointInfo>& own);

}  // namespace moebel
