// Held-out text of every language through a model: scores and routing, and their cache for models that do not change.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/evaluation/heldout.h"
#include "engine/runner/session.h"
#include "engine/text/prepared_text.h"

namespace moebel {

/// One language's sums are enough to make every score and to be stored.
struct EvaluationRound {
    std::vector<TextLikelihood> languages;  ///< in the experiment's order
    RoutingStats routing;                   ///< zeros for a dense model
    RoutingProfiles profiles;               ///< of the documents; none for a dense model

    bool isMoe() const;
};

/// `maxBytes` of each language's held-out text (0 = all), in the decoder's own precision. Error of kind Stopped when that is
/// wished between two languages.
Result<EvaluationRound> evaluateHeldout(Session& session, const Decoder& decoder, const PreparedText& text,
                                        std::int64_t maxBytes);

/// The same for a model that is known by its identity (a hash of all that made it), in the experiment's precision: taken from
/// the cache when an earlier run evaluated it on the same text, so that a second run starts at once.
Result<EvaluationRound> evaluateKnown(Session& session, const Decoder& decoder, const PreparedText& text,
                                      std::int64_t maxBytes, const std::string& identity);

/// What evaluateKnown() would take from the cache.
std::optional<EvaluationRound> knownEvaluation(Session& session, const Decoder& decoder, const PreparedText& text, std::int64_t maxBytes,
                                               const std::string& identity);

/// Bits per byte (with its documents) and token perplexity of every language. `checkpoint`: "base" or the words of a stage kind.
std::vector<Score> scoresOf(const Session& session, const EvaluationRound& round, const PreparedText& text, const std::string& checkpoint,
                            std::int64_t step);

}  // namespace moebel
