// Sums of what a router did, by language and expert.
#pragma once

#include <cstdint>

namespace moebel::kernels
{

/// Adds one layer's decisions for tokens that belong to one language. `count`, `topOne`, `gateMass`, `softScore`: E sums each.
void countRouting(const std::int64_t* expert_ids_TK, const float* weights_TK, const float* scores_TE, std::int64_t tokens,
                  std::int64_t topK, std::int64_t experts, double* count, double* topOne, double* gateMass, double* softScore);

}  // namespace moebel::kernels
