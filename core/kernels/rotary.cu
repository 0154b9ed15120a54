#include "kernels/device.cuh"
#include "kernels/rotary.h"

namespace moebel::kernels::cuda
{
namespace
{

constexpr int kThreads = 256;

/// Turns kCount pairs of a head by +angle (direction 1) or -angle (direction -1); direction 0 copies them.
template <int kCount, typename Number>
__device__ void turn(const Number* from, const float* cos, const float* sin, float direction, std::int64_t pairs, Number* to)
{
    auto a = load<kCount>(from), b = load<kCount>(from + pairs);
    if (direction != 0) {
        const auto c = load<kCount>(cos), s = load<kCount>(sin);
#pragma unroll
        for (int n = 0; n < kCount; ++n) {
            const float x = toFloat(a.at[n]), y = toFloat(b.at[n]);
            a.at[n] = narrow<Number>(x * c.at[n] - y * (direction * s.at[n]));
            b.at[n] = narrow<Number>(y * c.at[n] + x * (direction * s.at[n]));
        }
    }
    store(a, to);
    store(b, to + pairs);
}

/// A block a token; each thread takes packs of pairs of the token's (H + 2G) heads. kSplits: joined to heads, else the way
/// back.
template <bool kSplits, int kCount, typename Number, typename View>
__global__ void __launch_bounds__(kThreads)
    rotaryKernel(Number* joined_TW, const float* __restrict__ cos_SP, const float* __restrict__ sin_SP, RotaryShape shape,
                 std::int64_t begin, View query, View key, View value)
{
    const std::int64_t row = begin + blockIdx.x, sequence = row / shape.length, position = row % shape.length;
    const std::int64_t pairs = shape.headSize / 2, heads = query.heads + 2 * key.heads;
    const auto packsOfHead = unsigned(pairs / kCount), packs = unsigned(heads) * packsOfHead;  // 32 bits divide faster
    for (unsigned i = threadIdx.x; i < packs; i += blockDim.x) {
        const std::int64_t head = i / packsOfHead, pair = i % packsOfHead * kCount;
        const bool isQuery = head < query.heads, isKey = !isQuery && head < query.heads + key.heads;
        const std::int64_t headOfView = isQuery ? head : head - query.heads - (isKey ? 0 : key.heads);
        // Chosen field by field: the address of a parameter would put all three views on the stack.
        auto* ofHead = isQuery ? query.data : isKey ? key.data : value.data;
        ofHead += sequence * (isQuery ? query.sequenceStride : isKey ? key.sequenceStride : value.sequenceStride);
        ofHead += headOfView * (isQuery ? query.headStride : isKey ? key.headStride : value.headStride);
        ofHead += position * (isQuery ? query.positionStride : isKey ? key.positionStride : value.positionStride) + pair;
        Number* ofJoined = joined_TW + (row * heads + head) * shape.headSize + pair;
        const float direction = !isQuery && !isKey ? 0.0F : kSplits ? 1.0F : -1.0F;
        const float* cos = cos_SP + position * pairs + pair;
        const float* sin = sin_SP + position * pairs + pair;
        if constexpr (kSplits)
            turn<kCount>(static_cast<const Number*>(ofJoined), cos, sin, direction, pairs, ofHead);
        else
            turn<kCount>(ofHead, cos, sin, direction, pairs, ofJoined);
    }
}

template <int kCount, typename Number>
bool isPackableView(const HeadsView<Number>& view)
{
    return isPackable(view.sequenceStride, kCount, view.data) && view.headStride % kCount == 0 &&
           view.positionStride % kCount == 0;
}

template <bool kSplits, typename Number, typename View>
LaunchStatus rotary(Number* joined, const float* cos, const float* sin, RotaryShape shape, std::int64_t begin, std::int64_t end,
                    const View& query, const View& key, const View& value, Stream stream)
{
    constexpr int kWide = kPack<Number>;
    const bool packs = isPackable(shape.headSize / 2, kWide, joined, cos, sin) && isPackableView<kWide>(query) &&
                       isPackableView<kWide>(key) && isPackableView<kWide>(value);
    const std::int64_t work = (query.heads + 2 * key.heads) * (shape.headSize / 2) / (packs ? kWide : 1);
    return launch(packs ? rotaryKernel<kSplits, kWide, Number, View> : rotaryKernel<kSplits, 1, Number, View>, end - begin,
                  threadsFor(work, kThreads), 0, stream, joined, cos, sin, shape, begin, query, key, value);
}

}  // namespace

template <typename Number>
LaunchStatus splitHeads(const Number* joined_TW, const float* cos_SP, const float* sin_SP, RotaryShape shape,
                        std::int64_t begin, std::int64_t end, const HeadsView<Number>& query, const HeadsView<Number>& key,
                        const HeadsView<Number>& value, Stream stream)
{
    return rotary<true>(const_cast<Number*>(joined_TW), cos_SP, sin_SP, shape, begin, end, query, key, value, stream);
}

template <typename Number>
LaunchStatus joinHeads(const HeadsView<const Number>& query, const HeadsView<const Number>& key,
                       const HeadsView<const Number>& value, const float* cos_SP, const float* sin_SP, RotaryShape shape,
                       std::int64_t begin, std::int64_t end, Number* joined_TW, Stream stream)
{
    return rotary<false>(joined_TW, cos_SP, sin_SP, shape, begin, end, query, key, value, stream);
}

template LaunchStatus splitHeads(const float*, const float*, const float*, RotaryShape, std::int64_t, std::int64_t,
                                 const HeadsView<float>&, const HeadsView<float>&, const HeadsView<float>&, Stream);
template LaunchStatus joinHeads(const HeadsView<const float>&, const HeadsView<const float>&, const HeadsView<const float>&,
                                const float*, const float*, RotaryShape, std::int64_t, std::int64_t, float*, Stream);
template LaunchStatus splitHeads(const BFloat16*, const float*, const float*, RotaryShape, std::int64_t, std::int64_t,
                                 const HeadsView<BFloat16>&, const HeadsView<BFloat16>&, const HeadsView<BFloat16>&, Stream);
template LaunchStatus joinHeads(const HeadsView<const BFloat16>&, const HeadsView<const BFloat16>&,
                                const HeadsView<const BFloat16>&, const float*, const float*, RotaryShape, std::int64_t,
                                std::int64_t, BFloat16*, Stream);

}  // namespace moebel::kernels::cuda
