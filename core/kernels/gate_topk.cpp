#include "kernels/gate_topk.h"

#include <algorithm>
#include <cmath>

namespace moebel::kernels
{
namespace
{

void softmax(const float* logits, std::int64_t experts, float* scores)
{
    const float highest = *std::max_element(logits, logits + experts);
    float sum = 0;
    for (std::int64_t e = 0; e < experts; ++e) sum += scores[e] = std::exp(logits[e] - highest);
    for (std::int64_t e = 0; e < experts; ++e) scores[e] /= sum;
}

bool contains(const std::int64_t* ids, std::int64_t count, std::int64_t id)
{
    return std::find(ids, ids + count, id) != ids + count;
}

/// Valid, distinct ids even where scores are not numbers.
void chooseBest(const float* scores, std::int64_t experts, std::int64_t topK, std::int64_t* ids)
{
    for (std::int64_t k = 0; k < topK; ++k) {
        std::int64_t best = -1;
        for (std::int64_t e = 0; e < experts; ++e)
            if (!contains(ids, k, e) && (best < 0 || scores[e] > scores[best])) best = e;
        ids[k] = best;
    }
}

}  // namespace

void gateTopK(const float* logits_TE, std::int64_t tokens, std::int64_t experts, std::int64_t topK, bool renormalise,
              float* scores_TE, float* weights_TK, std::int64_t* expert_ids_TK, std::int64_t* counts_E)
{
    for (std::int64_t t = 0; t < tokens; ++t) {
        float* scores = scores_TE + t * experts;
        float* weights = weights_TK + t * topK;
        std::int64_t* ids = expert_ids_TK + t * topK;
        softmax(logits_TE + t * experts, experts, scores);
        chooseBest(scores, experts, topK, ids);
        float sum = 0;
        for (std::int64_t k = 0; k < topK; ++k) sum += weights[k] = scores[ids[k]];
        if (renormalise)
            for (std::int64_t k = 0; k < topK; ++k) weights[k] /= sum;
        if (counts_E != nullptr)
            for (std::int64_t k = 0; k < topK; ++k) ++counts_E[ids[k]];
    }
}

void gateTopKBackward(const float* dscores_TE, const float* dweights_TK, const float* scores_TE, const float* weights_TK,
                      const std::int64_t* expert_ids_TK, std::int64_t tokens, std::int64_t experts, std::int64_t topK,
                      bool renormalise, float* dlogits_TE)
{
    for (std::int64_t t = 0; t < tokens; ++t) {
        const float* scores = scores_TE + t * experts;
        const float* weights = weights_TK + t * topK;
        const std::int64_t* ids = expert_ids_TK + t * topK;
        float* gradient = dlogits_TE + t * experts;  // of the scores first
        if (dscores_TE != nullptr)
            std::copy_n(dscores_TE + t * experts, experts, gradient);
        else
            std::fill_n(gradient, experts, 0.0F);
        if (dweights_TK != nullptr) {
            const float* dweights = dweights_TK + t * topK;
            float sum = 0, mean = 0;
            for (std::int64_t k = 0; k < topK; ++k) {
                sum += scores[ids[k]];
                mean += dweights[k] * weights[k];
            }
            for (std::int64_t k = 0; k < topK; ++k) gradient[ids[k]] += renormalise ? (dweights[k] - mean) / sum : dweights[k];
        }
        float inner = 0;
        for (std::int64_t e = 0; e < experts; ++e) inner += scores[e] * gradient[e];
        for (std::int64_t e = 0; e < experts; ++e) gradient[e] = scores[e] * (gradient[e] - inner);
    }
}

}  // namespace moebel::kernels
