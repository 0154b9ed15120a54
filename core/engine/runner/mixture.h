// Which languages a stage or the base reads, as a stream of samples.
#pragma once

#include "engine/runner/session.h"
#include "engine/text/prepared_text.h"
#include "engine/text/sample_stream.h"

namespace moebel {

/// The base: original languages only.
Result<SampleStream> baseStream(Session& session, const PreparedText& text);
/// A stage: expanded languages and its share of replay; a stage of kind Pretraining reads original languages only, and
/// post-pretraining none of those that an earlier round has expanded to.
Result<SampleStream> stageStream(Session& session, const PreparedText& text, std::size_t stage);

}  // namespace moebel
