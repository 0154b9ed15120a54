// Causal self-attention with rotary positions and grouped keys.
#pragma once

#include <cstdint>

#include "engine/model/torch.h"
#include "moebel/experiment/model_shape.h"

namespace moebel
{

struct AttentionWeights {
    torch::Tensor norm_D;
    torch::Tensor query_HCxD, key_GCxD, value_GCxD, output_DxHC;
    torch::Tensor queryBias, keyBias, valueBias;  ///< undefined without qkv bias
    torch::Tensor outputBias;                     ///< undefined without
    torch::Tensor queryNorm_C, keyNorm_C;         ///< undefined without query-key norm
};

/// cos and sin of each position and pair of coordinates, fp32 from angles in fp64: [S, C/2].
struct RotaryTable {
    torch::Tensor cos_SP, sin_SP;
    std::int64_t length() const { return cos_SP.size(0); }
};
/// Angles stretched as the shape says (transformers, modeling_rope_utils.py).
RotaryTable rotaryTable(std::int64_t length, const ModelShape& shape);

/// True where position i (row) sees position j (column): j <= i, and j > i - window. [S, S]
torch::Tensor windowMask(std::int64_t length, std::int64_t window);

struct AttentionHeads {
    torch::Tensor query_BHSC, key_BGSC, value_BGSC;
};
/// joined [B*S, (H + 2G) * C], queries first: into heads, queries and keys turned by their position. Hugging Face's convention:
/// the two halves of a head are the two coordinates. Differentiable.
AttentionHeads splitHeads(const torch::Tensor& joined, const ModelShape& shape, std::int64_t sequences,
                          const RotaryTable& table);

/// [T, D] for the normed input x_TD, without the residual. Each of the `sequences` sees itself only, and of itself what
/// `mask_SS` lets it see; undefined: all that came before.
torch::Tensor attend(const AttentionWeights& weights, const ModelShape& shape, const torch::Tensor& x_TD,
                     std::int64_t sequences, const RotaryTable& table, const torch::Tensor& mask_SS = {});

}  // namespace moebel
