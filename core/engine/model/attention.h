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
RotaryTable rotaryTable(std::int64_t length, const ModelShape& shape, const torch::Device& device = torch::kCPU);

/// Whether each token sees all that came before, with nothing added to its scores: no ALiBi, no soft cap, no window (0) shorter than
/// the sequence.
bool isPlainlyCausal(const ModelShape& shape, std::int64_t length, std::int64_t window);

/// How many queries of each sequence meet their keys at once, so that the scores of all heads stay below 16 MiB however long the
/// sequences are (16 at least). Plainly causal attention never holds them.
std::int64_t queriesAtOnce(const ModelShape& shape, std::int64_t sequences, std::int64_t length);

/// What is added to the scores of the queries i = begin..end-1 (rows) and the keys j that one of them sees, up to end-1 (columns):
/// -infinity where i does not see j, which is j > i or j <= i - window (0: no window). [Q, K]; with ALiBi [H, Q, K] and
/// slope * (j - i) elsewhere (arXiv 2108.12409).
torch::Tensor attentionBias(const ModelShape& shape, std::int64_t begin, std::int64_t end, std::int64_t window,
                            const torch::Device& device = torch::kCPU);

struct AttentionHeads {
    torch::Tensor query_BHSC, key_BGSC, value_BGSC;
};
/// joined [B*S, (H + 2G) * C], queries first: into heads, queries and keys turned by their position. Hugging Face's convention:
/// the two halves of a head are the two coordinates. Differentiable.
AttentionHeads splitHeads(const torch::Tensor& joined, const ModelShape& shape, std::int64_t sequences,
                          const RotaryTable& table);

/// [T, D] for the input x_TD, without norm and residual. Each of the `sequences` sees itself only, and of itself what came before
/// inside the window (0: all). `bias`: that of all queries, for layers that share it; undefined: made here, for some at a time.
torch::Tensor attend(const AttentionWeights& weights, const ModelShape& shape, const torch::Tensor& x_TD,
                     std::int64_t sequences, const RotaryTable& table, std::int64_t window = 0, const torch::Tensor& bias = {});

}  // namespace moebel
