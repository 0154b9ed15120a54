// Which layer gets how many experts and which a classifier: the description's rule on the similarity of the languages.
#pragma once

#include <string>

#include "engine/model/decoder.h"
#include "engine/runner/session.h"
#include "engine/text/prepared_text.h"
#include "moebel/analysis/expert_allocation.h"

namespace moebel
{

/// The similarity of all languages, measured (told as Progress) or from the cache: same model, text, tokens and seed.
Result<LanguageSimilarity> provideSimilarity(Session& session, const Decoder& base, const std::string& baseIdentity,
                                             const PreparedText& text);

/// Measures the similarity where the rule needs it, tells the
/// choice and writes it into the run as allocation.json.
Result<AllocationChoice> chooseAllocation(Session& session, const Decoder& base, const std::string& baseIdentity,
                                          const PreparedText& text);

/// Tells a choice and writes it into the run as allocation.json.
Status recordAllocation(Session& session, const ExpertsAllocated& event);

/// Puts the chosen classifiers in front of the routers when a stage that trains them begins and they are not there yet.
Status provideClassifiers(Session& session, const StageSpec& stage, Decoder& decoder);

}  // namespace moebel
