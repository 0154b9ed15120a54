// DMoE's adaptation: which finished expert is nearest to each group of new languages (methods.md 3.8).
#pragma once

#include <string>
#include <vector>

#include "engine/model/decoder.h"
#include "engine/runner/group_allocation.h"
#include "engine/runner/session.h"
#include "engine/text/prepared_text.h"

namespace moebel
{

/// Training text of each new group through each expert of the base alone; the one with the lowest perplexity is to be copied. Tells the
/// choice; writes adaptation.json and expert-map.json into the run. Stopped: an Error of that kind.
Result<GroupChoice> chooseNearestExperts(Session& session, const Decoder& base, const PreparedText& text);

/// Held-out bits per byte of every language that has a group, all tokens through the expert of the group: told as the metric
/// "bits-per-byte-by-group". Nothing for a model without groups. Stopped: an Error of that kind.
Status tellScoresByGroup(Session& session, const Decoder& decoder, const PreparedText& text, std::int64_t stage, std::int64_t step);

}  // namespace moebel
