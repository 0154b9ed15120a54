// Causal self-attention with rotary positions and grouped keys.
#pragma once

#include <cstdint>

#include "engine/model/torch.h"
#include "moebel/experiment/model_shape.h"

namespace moebel
{

struct AttentionWeights {
    torch::Tensor query_HCxD, key_GCxD, value_GCxD, output_DxHC;
    torch::Tensor queryBias, keyBias, valueBias;  ///< undefined without qkv bias
    torch::Tensor outputBias;                     ///< undefined without
    torch::Tensor queryNorm, keyNorm;             ///< [C], or of all heads; undefined without query-key norm
};

/// cos and sin of each position and pair of coordinates, fp32 from angles in fp64: [S, C/2]. Angles of 0 without rotary
/// embedding.
struct RotaryTable {
    torch::Tensor cos_SP, sin_SP;
    std::int64_t length() const { return cos_SP.size(0); }
};
/// Angles stretched as the shape says (transformers, modeling_rope_utils.py).
RotaryTable rotaryTable(std::int64_t length, const ModelShape& shape);

/// What is added to the scores of position i (row) and j (column): -infinity where i does not see j, which is j > i or
/// j <= i - window (0: no window). [S, S]; with ALiBi [H, S, S] and slope * (j - i) elsewhere (arXiv 2108.12409).
torch::Tensor attentionBias(const ModelShape& shape, std::int64_t length, std::int64_t window);

struct AttentionHeads {
    torch::Tensor query_BHSC, key_BGSC, value_BGSC;
};
/// joined [B*S, (H + 2G) * C], queries first: into heads, queries and keys turned by their position. Hugging Face's convention:
/// the two halves of a head are the two coordinates. Differentiable.
AttentionHeads splitHeads(const torch::Tensor& joined, const ModelShape& shape, std::int64_t sequences,
                          const RotaryTable& table);

/// [T, D] for the input x_TD, without norm and residual. Each of the `sequences` sees itself only, and of itself what `bias`
/// lets it see; undefined: all that came before.
torch::Tensor attend(const AttentionWeights& weights, const ModelShape& shape, const torch::Tensor& x_TD,
                     std::int64_t sequences, const RotaryTable& table, const torch::Tensor& bias = {});

}  // namespace moebel
