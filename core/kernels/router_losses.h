// One layer's part of the losses that train routers, with its gradient.
#pragma once

#include <cstdint>

#include "kernels/stream.h"

namespace moebel::kernels
{

/// Load balance (Switch Transformer, eq. 4): loss[0] = factor * sum over experts of counts_E[e] * mean over tokens of
/// scores_TE[t, e]. `dscores_TE` is overwritten with its gradient, which flows through the scores alone; null: not wanted.
void balanceLoss(const float* scores_TE, const std::int64_t* counts_E, std::int64_t tokens, std::int64_t experts, double factor,
                 double* loss, float* dscores_TE);

/// Over what the prior's log-probability of the original expert is taken: MoE-LPR's equation, or the softmax of a softmax that
/// its released code computes.
enum class PriorOver { Logits, Scores };

/// Language prior (MoE-LPR, eq. 8): loss[0] = factor * sum over tokens with isCounted_T of -log softmax(z)[0], nats, z being
/// the logits or their softmax. `dlogits_TE` is overwritten with its gradient, 0 for other tokens; null: not wanted.
void priorLoss(const float* logits_TE, const bool* isCounted_T, std::int64_t tokens, std::int64_t experts, PriorOver over,
               double factor, double* loss, float* dlogits_TE);

namespace cuda
{

/// `partials`: kPartials numbers.
LaunchStatus balanceLoss(const float* scores_TE, const std::int64_t* counts_E, std::int64_t tokens, std::int64_t experts,
                         double factor, double* loss, float* dscores_TE, double* partials, Stream stream);
LaunchStatus priorLoss(const float* logits_TE, const bool* isCounted_T, std::int64_t tokens, std::int64_t experts,
                       PriorOver over, double factor, double* loss, float* dlogits_TE, double* partials, Stream stream);

}  // namespace cuda
}  // namespace moebel::kernels
