// Rotary position embedding while queries, keys and values leave their common projection, and the way back. Number: float or
// BFloat16.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"
#include "kernels/stream.h"

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
template <typename Number>
void splitHeads(const Number* joined_TW, const float* cos_SP, const float* sin_SP, RotaryShape shape, std::int64_t begin,
                std::int64_t end, const HeadsView<Number>& query, const HeadsView<Number>& key, const HeadsView<Number>& value);

/// The transpose of splitHeads: gradients of the heads to that of joined_TW.
template <typename Number>
void joinHeads(const HeadsView<const Number>& query, const HeadsView<const Number>& key, const HeadsView<const Number>& value,
               const float* cos_SP, const float* sin_SP, RotaryShape shape, std::int64_t begin, std::int64_t end,
               Number* joined_TW);

extern template void splitHeads(const float*, const float*, const float*, RotaryShape, std::int64_t, std::int64_t,
                                const HeadsView<float>&, const HeadsView<float>&, const HeadsView<float>&);
extern template void joinHeads(const HeadsView<const float>&, const HeadsView<const float>&, const HeadsView<const float>&,
                               const float*, const float*, RotaryShape, std::int64_t, std::int64_t, float*);
extern template void splitHeads(const BFloat16*, const float*, const float*, RotaryShape, std::int64_t, std::int64_t,
                                const HeadsView<BFloat16>&, const HeadsView<BFloat16>&, const HeadsView<BFloat16>&);
extern template void joinHeads(const HeadsView<const BFloat16>&, const HeadsView<const BFloat16>&,
                               const HeadsView<const BFloat16>&, const float*, const float*, RotaryShape, std::int64_t,
                               std::int64_t, BFloat16*);

namespace cuda
{

template <typename Number>
LaunchStatus splitHeads(const Number* joined_TW, const float* cos_SP, const float* sin_SP, RotaryShape shape,
                        std::int64_t begin, std::int64_t end, const HeadsView<Number>& query, const HeadsView<Number>& key,
                        const HeadsView<Number>& value, Stream stream);
template <typename Number>
LaunchStatus joinHeads(const HeadsView<const Number>& query, const HeadsView<const Number>& key,
                       const HeadsView<const Number>& value, const float* cos_SP, const float* sin_SP, RotaryShape shape,
                       std::int64_t begin, std::int64_t end, Number* joined_TW, Stream stream);

}  // namespace cuda
}  // namespace moebel::kernels
