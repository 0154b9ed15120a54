// Which languages a stage or the base reads, as a stream of samples.
#pragma once

#include "engine/runner/session.h"
#include "engine/text/prepared_text.h"
#include "engine/text/sample_stream.h"

namespace moebel {

/// The base: original languages, and the expanded ones' share of it.
Result<SampleStream> baseStream(Session& session, const PreparedText& text);
/// A stage: expanded languages and its share of replay; a stage of kind Pretraining reads original languages only, and
/// post-pretraining none of those that an earlier round has expanded to. A warm-up by groups has one group in a micro-batch, the
/// languages with the same shares. `groups`: those of the model's experts.
Result<SampleStream> stageStream(Session& session, const PreparedText& text, std::size_t stage,
                                 const std::vector<std::vector<std::string>>& groups);

}  // namespace moebel
