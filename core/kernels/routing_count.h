// Sums of what a router did, by language and expert.
#pragma once

#include <cstdint>

#include "kernels/stream.h"

namespace moebel::kernels
{

/// Adds one layer's decisions for tokens that belong to one language. `count`, `topOne`, `gateMass`, `softScore`: E sums each.
void countRouting(const std::int64_t* expert_ids_TK, const float* weights_TK, const float* scores_TE, std::int64_t tokens,
                  std::int64_t topK, std::int64_t experts, double* count, double* topOne, double* gateMass, double* softScore);

/// What one layer's router decided for a batch of sequences.
struct LayerDecisions {
    const std::int64_t* expert_ids_TK = nullptr;
    const float* weights_TK = nullptr;
    const float* scores_TE = nullptr;
    const std::int64_t* language_B = nullptr;  ///< of each sequence, 0 .. languages-1; others count for nothing
    std::int64_t tokensPerSequence = 1;        ///< T / B
    std::int64_t tokens = 0, topK = 0, experts = 0;
};

/// Where a layer's sums stand in arrays over languages and the experts of all layers: each points to the layer's first expert
/// of language 0, and `languageStride` numbers lie between languages.
struct RoutingSums {
    double* count = nullptr;
    double* topOne = nullptr;
    double* gateMass = nullptr;
    double* softScore = nullptr;
    std::int64_t languageStride = 0;
};

/// Adds one layer's decisions to the sums of layer x expert x language.
void accumulateRouting(const LayerDecisions& decisions, std::int64_t languages, const RoutingSums& sums);

namespace cuda
{

LaunchStatus accumulateRouting(const LayerDecisions& decisions, std::int64_t languages, const RoutingSums& sums, Stream stream);

}  // namespace cuda
}  // namespace moebel::kernels
