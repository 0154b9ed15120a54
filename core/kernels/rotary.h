// Rotary position embedding while queries, keys and values leave their common projection, and the way back.
#pragma once

#include <cstdint>

namespace moebel::kernels
{

/// One of query, key and value: [B, heads, S, C] with the last dimension dense.
template <typename Number>
struct HeadsView {
    Number* data = nullptr;
    std::int64_t heads = 0;
    std::int64_t sequenceStride = 0, headStride = 0, positionStride = 0;
};

struct RotaryShape {
    std::int64_t length = 0;    ///< S
    std::int64_t headSize = 0;  ///< C, even
};

/// Rows begin..end-1 of joined_TW (row = sequence * S + position; W = (H + 2G) * C: queries, keys, values) are split into
/// heads; queries and keys are turned. The halves of a head are the two coordinates (Hugging Face's convention). cos_SP,
/// sin_SP: of each position and pair, P = C / 2.
void splitHeads(const float* joined_TW, const float* cos_SP, const float* sin_SP, RotaryShape shape, std::int64_t begin,
                std::int64_t end, const HeadsView<float>& query, const HeadsView<float>& key, const HeadsView<float>& value);

/// The transpose of splitHeads: gradients of the heads to that of joined_TW.
void joinHeads(const HeadsView<const float>& query, const HeadsView<const float>& key, const HeadsView<const float>& value,
               const float* cos_SP, const float* sin_SP, RotaryShape shape, std::int64_t begin, std::int64_t end,
               float* joined_TW);

}  // namespace moebel::kernels
