// When a base model is evaluated: before the first step, or, where that would hold up training and loses nothing, with the run's
// first evaluation.
#pragma once

#include <string>

#include "engine/model/decoder.h"
#include "engine/runner/session.h"
#include "engine/text/prepared_text.h"

namespace moebel {

/// Whether copies give the base's outputs before any training, up to rounding: new experts are copies and weights sum to one.
bool beginsAsBase(const ExpansionSpec& expansion);

/// Whether the base can be evaluated later, from the expanded model: it is a model from disk, which may be large, the expanded model
/// begins as it, and every stage leaves its weights as they are.
bool isBaseKept(const Session& session);

/// Tells the base's scores (boundary "base") and, of one that is kept, the first point of the curves. Errors: those of
/// evaluateHeldout().
Status tellBase(Session& session, const Decoder& base, const PreparedText& text, const std::string& identity);

/// The same of a base that is kept, if they are not in the store yet. `expanded` has the base's weights in its first experts and outside
/// the experts.
Status tellKeptBase(Session& session, const Decoder& expanded, const PreparedText& text);

}  // namespace moebel
