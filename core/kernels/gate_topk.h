// The router's arithmetic: softmax over all experts in fp32 first, then the K best, then division by their sum.
#pragma once

#include <cstdint>

#include "kernels/stream.h"

namespace moebel::kernels
{

/// `expert_ids_TK`: highest score first, ties to the lower index. `renormalise`: weights are kept scores / their sum.
/// `counts_E`: how often each expert is chosen is added to it; null: not wanted.
void gateTopK(const float* logits_TE, std::int64_t tokens, std::int64_t experts, std::int64_t topK, bool renormalise,
              float* scores_TE, float* weights_TK, std::int64_t* expert_ids_TK, std::int64_t* counts_E = nullptr);

/// Gradient of the logits from those of scores and weights; either may be null (0).
void gateTopKBackward(const float* dscores_TE, const float* dweights_TK, const float* scores_TE, const float* weights_TK,
                      const std::int64_t* expert_ids_TK, std::int64_t tokens, std::int64_t experts, std::int64_t topK,
                      bool renormalise, float* dlogits_TE);

namespace cuda
{

/// The device's routers have at most this many experts; more are refused with an invalid-value status.
inline constexpr std::int64_t kMostExperts = 256;

LaunchStatus gateTopK(const float* logits_TE, std::int64_t tokens, std::int64_t experts, std::int64_t topK, bool renormalise,
                      float* scores_TE, float* weights_TK, std::int64_t* expert_ids_TK, std::int64_t* counts_E, Stream stream);
LaunchStatus gateTopKBackward(const float* dscores_TE, const float* dweights_TK, const float* scores_TE,
                              const float* weights_TK, const std::int64_t* expert_ids_TK, std::int64_t tokens,
                              std::int64_t experts, std::int64_t topK, bool renormalise, float* dlogits_TE, Stream stream);

}  // namespace cuda
}  // namespace moebel::kernels
