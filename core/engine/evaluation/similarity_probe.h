// How alike languages are to a model, layer by layer (LayerMoE, methods.md 2.2), in one pass without keeping token states.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/model/decoder.h"
#include "engine/text/token_shard.h"
#include "moebel/analysis/language_similarity.h"

namespace moebel
{

/// Documents of one language; each is read alone, in pieces of the model's context.
struct ProbeText {
    std::string language;
    std::vector<std::vector<std::int32_t>> documents;
    std::int64_t tokens() const;
};

/// Documents of a shard in an order drawn by the seed, until there are `tokens` of them; those above 32,000 tokens are skipped
/// and the others cut at 10,000, as the authors do.
ProbeText probeText(const std::string& language, const TokenShard& shard, std::int64_t tokens, Seed seed);

/// Mean of all pairwise cosines between the feed-forward inputs (after the norm) of the first `tokens` tokens of each two
/// languages: the product of the means of unit vectors, summed in fp64. Dense and expanded models; memory is O(layers x width)
/// a language. `goOn(fraction)` is asked after each batch. Errors: a language without a token; "stopped".
Result<LanguageSimilarity> measureSimilarity(const Decoder& decoder, const std::vector<ProbeText>& texts, std::int64_t tokens,
                                             const std::function<bool(double fraction)>& goOn = {});

}  // namespace moebel
