// DMoE: what makes the languages of a run alike, measured on its base.
#pragma once

#include <string>
#include <vector>

#include "engine/model/decoder.h"
#include "engine/runner/session.h"
#include "engine/text/prepared_text.h"
#include "moebel/analysis/language_matrix.h"
#include "moebel/analysis/parameter_deviation.h"

namespace moebel
{

/// The expanded languages in their order.
std::vector<std::string> expandedCodes(const Session& session);

/// Whether every expanded language has text enough for the probe. Error: names the first that has not.
Status checkProbeText(const Session& session, const PreparedText& text);

/// DMoE's probe, or what it measured before from the cache: same model, text, settings and seed. An interrupted one goes on
/// after its finished languages. The base's weights are what they were afterwards. Told as Progress.
Result<ParameterDeviation> provideDeviation(Session& session, Decoder& base, const std::string& baseIdentity,
                                            const PreparedText& text);

/// The similarity of the expanded languages by groups.source; `deviation` where that is its source. No languages where the
/// groups are made without a similarity.
Result<LanguageMatrix> groupSimilarity(Session& session, Decoder& base, const std::string& baseIdentity,
                                       const PreparedText& text, const ParameterDeviation& deviation);

}  // namespace moebel
