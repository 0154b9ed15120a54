// Bits per byte and routing on held-out documents.
#pragma once

#include <functional>
#include <vector>

#include "engine/model/decoder.h"
#include "engine/text/token_shard.h"
#include "moebel/analysis/routing_divergence.h"
#include "moebel/analysis/routing_stats.h"
#include "moebel/analysis/score.h"
#include "moebel/base/result.h"

namespace moebel {

struct DocumentLikelihood {
    double nll = 0;  ///< nats
    std::int64_t bytes = 0;
    bool operator==(const DocumentLikelihood&) const = default;
};

/// Sums over a text; bits per byte = nll / ln 2 / bytes.
struct TextLikelihood {
    double nll = 0;           ///< nats
    std::int64_t tokens = 0;  ///< tokens scored
    std::int64_t bytes = 0;   ///< UTF-8 bytes of the documents
    std::int64_t documents = 0;
    double bitsPerByte = 0;
    double bitsPerByteStandardError = 0;  ///< over documents (ratio estimator)
    double tokenPerplexity = 0;
    std::vector<DocumentLikelihood> perDocument;  ///< in the shard's order
};

/// Tokens of a text that are seen at once where nobody says otherwise: the model's context, at most 4096 of it. Attention over more costs
/// time that grows with their square and changes little: half of each window is context.
std::int64_t usualWindow(const ModelShape& shape);

/// Told between the parts of a long text: the share that is done.
using ScoringProgress = std::function<void(double fraction)>;

/// Documents of the shard until `maxBytes` bytes are reached (0 = all), each scored alone with a leading EOS as context, cut
/// into usual windows that overlap by half (only new tokens are scored and counted in `routing`). `profiles`: what the routers did with each document with tokens.
/// `expert`: takes all tokens in every MoE layer, as hard routing by group does; -1: the routers decide.
TextLikelihood scoreHeldout(const Decoder& decoder, const TokenShard& shard, std::int64_t maxBytes, std::int32_t endOfDocument,
                            LanguageId language, RoutingStats* routing, std::vector<SequenceProfile>* profiles = nullptr, std::int64_t expert = -1);

/// The same for one tokenised text.
TextLikelihood scoreTokens(const Decoder& decoder, const std::vector<std::int32_t>& tokens, std::int64_t bytes,
                           std::int32_t endOfDocument, std::int64_t window, std::int64_t stride, LanguageId language,
                           RoutingStats* routing, const ScoringProgress& progress = {});

/// The same with all tokens through one expert in every MoE layer, for each expert: DMoE's choice of the nearest one (methods.md
/// 3.8). Error: the model is dense, or its layers have different numbers of experts.
Result<std::vector<TextLikelihood>> expertPerplexities(const Decoder& decoder, const std::vector<std::int32_t>& tokens,
                                                       std::int64_t bytes, std::int32_t endOfDocument, std::int64_t window,
                                                       std::int64_t stride, const ScoringProgress& progress = {});

}  // namespace moebel
