// The dense model everything starts from: trained here and cached by content, or read from a checkpoint.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/model/decoder.h"
#include "engine/runner/checkpoint_keeper.h"
#include "engine/runner/session.h"
#include "engine/text/prepared_text.h"

namespace moebel {

struct BaseModel {
    std::unique_ptr<Decoder> decoder;
    std::string identity;  ///< hash of all that made it: the key of what is cached about it
};

/// Its shape, known before it is made: of the description with the tokenizer's vocabulary, or of the checkpoint.
Result<ModelShape> baseShape(const Session& session, const PreparedText& text);

/// From the cache, where a base of the same description is taken although it was trained with another number of threads; else
/// trained here, and on from `pretraining`, the newest checkpoint of a pretraining that was cut. Told as BaseReady.
/// Errors: Stopped; a checkpoint whose vocabulary is not the tokenizer's, or that is not dense.
Result<BaseModel> provideBase(Session& session, const PreparedText& text, CheckpointKeeper& keeper,
                              std::optional<LoadedCheckpoint> pretraining);

}  // namespace moebel
