#include "kernels/rotary.h"

#include <algorithm>

#include "kernels/vector_math.h"

namespace moebel::kernels
{
namespace
{

template <typename Number>
[[gnu::always_inline]] inline void turnBody(const Number* from, std::int64_t fromStride, const float* cos, const float* sin,
                                            float direction, std::int64_t pairs, std::int64_t heads, Number* to,
                                            std::int64_t toStride)
{
    for (std::int64_t h = 0; h < heads; ++h) {
        const Number* in = from + h * fromStride;
        Number* out = to + h * toStride;
#pragma omp simd
        for (std::int64_t p = 0; p < pairs; ++p) {
            const float a = toFloat(in[p]), b = toFloat(in[p + pairs]), s = direction * sin[p];
            put(a * cos[p] - b * s, out[p]);
            put(b * cos[p] + a * s, out[p + pairs]);
        }
    }
}

/// Turns every head of one token by +angle (direction 1) or -angle (direction -1); the strides are those between heads.
MOEBEL_VECTOR_CLONES
void turn(const float* from, std::int64_t fromStride, const float* cos, const float* sin, float direction, std::int64_t pairs,
          std::int64_t heads, float* to, std::int64_t toStride)
{
    turnBody(from, fromStride, cos, sin, direction, pairs, heads, to, toStride);
}
MOEBEL_VECTOR_CLONES
void turn(const BFloat16* from, std::int64_t fromStride, const float* cos, const float* sin, float direction,
          std::int64_t pairs, std::int64_t heads, BFloat16* to, std::int64_t toStride)
{
    turnBody(from, fromStride, cos, sin, direction, pairs, heads, to, toStride);
}

template <typename Number>
Number* token(const HeadsView<Number>& view, std::int64_t sequence, std::int64_t position)
{
    return view.data + sequence * view.sequenceStride + position * view.positionStride;
}

}  // namespace

template <typename Number>
void splitHeads(const Number* joined_TW, const float* cos_SP, const float* sin_SP, RotaryShape shape, std::int64_t begin,
                std::int64_t end, const HeadsView<Number>& query, const HeadsView<Number>& key, const HeadsView<Number>& value)
{
    const std::int64_t size = shape.headSize, pairs = size / 2;
    const std::int64_t joinedWidth = (query.heads + 2 * key.heads) * size;
    for (std::int64_t row = begin; row < end; ++row) {
        const std::int64_t sequence = row / shape.length, position = row % shape.length;
        const Number* from = joined_TW + row * joinedWidth;
        const float* cos = cos_SP + position * pairs;
        const float* sin = sin_SP + position * pairs;
        turn(from, size, cos, sin, 1.0F, pairs, query.heads, token(query, sequence, position), query.headStride);
        from += query.heads * size;
        turn(from, size, cos, sin, 1.0F, pairs, key.heads, token(key, sequence, position), key.headStride);
        from += key.heads * size;
        Number* to = token(value, sequence, position);
        for (std::int64_t g = 0; g < value.heads; ++g) std::copy_n(from + g * size, size, to + g * value.headStride);
    }
}

template <typename Number>
void joinHeads(const HeadsView<const Number>& query, const HeadsView<const Number>& key, const HeadsView<const Number>& value,
               const float* cos_SP, const float* sin_SP, RotaryShape shape, std::int64_t begin, std::int64_t end,
               Number* joined_TW)
{
    const std::int64_t size = shape.headSize, pairs = size / 2;
    const std::int64_t joinedWidth = (query.heads + 2 * key.heads) * size;
    for (std::int64_t row = begin; row < end; ++row) {
        const std::int64_t sequence = row / shape.length, position = row % shape.length;
        const float* cos = cos_SP + position * pairs;
        const float* sin = sin_SP + position * pairs;
        Number* to = joined_TW + row * joinedWidth;
        turn(token(query, sequence, position), query.headStride, cos, sin, -1.0F, pairs, query.heads, to, size);
        to += query.heads * size;
        turn(token(key, sequence, position), key.headStride, cos, sin, -1.0F, pairs, key.heads, to, size);
        to += key.heads * size;
        const Number* from = token(value, sequence, position);
        for (std::int64_t g = 0; g < value.heads; ++g) std::copy_n(from + g * value.headStride, size, to + g * size);
    }
}

template void splitHeads(const float*, const float*, const float*, RotaryShape, std::int64_t, std::int64_t,
                         const HeadsView<float>&, const HeadsView<float>&, const HeadsView<float>&);
template void joinHeads(const HeadsView<const float>&, const HeadsView<const float>&, const HeadsView<const float>&,
                        const float*, const float*, RotaryShape, std::int64_t, std::int64_t, float*);
template void splitHeads(const BFloat16*, const float*, const float*, RotaryShape, std::int64_t, std::int64_t,
                         const HeadsView<BFloat16>&, const HeadsView<BFloat16>&, const HeadsView<BFloat16>&);
template void joinHeads(const HeadsView<const BFloat16>&, const HeadsView<const BFloat16>&, const HeadsView<const BFloat16>&,
                        const float*, const float*, RotaryShape, std::int64_t, std::int64_t, BFloat16*);

}  // namespace moebel::kernels
