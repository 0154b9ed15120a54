#include "kernels/routing_count.h"

namespace moebel::kernels
{

void countRouting(const std::int64_t* expert_ids_TK, const float* weights_TK, const float* scores_TE, std::int64_t tokens,
                  std::int64_t topK, std::int64_t experts, double* count, double* topOne, double* gateMass, double* softScore)
{
    for (std::int64_t t = 0; t < tokens; ++t) {
        for (std::int64_t k = 0; k < topK; ++k) {
            const std::int64_t expert = expert_ids_TK[t * topK + k];
            count[expert] += 1;
            gateMass[expert] += double(weights_TK[t * topK + k]);
        }
        topOne[expert_ids_TK[t * topK]] += 1;
        for (std::int64_t e = 0; e < experts; ++e) softScore[e] += double(scores_TE[t * experts + e]);
    }
}

void accumulateRouting(const LayerDecisions& decisions, std::int64_t languages, const RoutingSums& sums)
{
    const std::int64_t length = decisions.tokensPerSequence, topK = decisions.topK, experts = decisions.experts;
    for (std::int64_t first = 0; first < decisions.tokens; first += length) {
        const std::int64_t language = decisions.language_B[first / length];
        if (language < 0 || language >= languages) continue;
        const std::int64_t at = language * sums.languageStride;
        countRouting(decisions.expert_ids_TK + first * topK, decisions.weights_TK + first * topK,
                     decisions.scores_TE + first * experts, length, topK, experts, sums.count + at, sums.topOne + at,
                     sums.gateMass + at, sums.softScore + at);
    }
}

}  // namespace moebel::kernels
