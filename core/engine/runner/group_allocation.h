// DMoE: which languages share an expert, and which layers get these experts.
#pragma once

#include <string>
#include <vector>

#include "engine/model/decoder.h"
#include "engine/runner/session.h"
#include "engine/text/prepared_text.h"
#include "moebel/analysis/expert_allocation.h"

namespace moebel
{

struct GroupChoice {
    AllocationChoice choice;
    std::vector<std::vector<std::string>> groups;  ///< languages of each expert
    std::vector<std::int64_t> nearest = {};        ///< for each added expert, the one that it is a copy of; empty: the original
};

/// Runs the probe where groups or layers need it (or takes it from the cache: same model, text, settings and seed; an interrupted
/// one goes on after its finished languages), forms the groups and chooses the layers. Tells the choice; writes deviation.json,
/// groups.json and expert-map.json into the run. The base's weights are what they were afterwards.
Result<GroupChoice> chooseGroups(Session& session, Decoder& base, const std::string& baseIdentity, const PreparedText& text);

}  // namespace moebel
