#include "kernels/device.cuh"
#include "kernels/token_dispatch.h"

namespace moebel::kernels::cuda
{
namespace
{

constexpr int kSortThreads = 256, kSortWarps = kSortThreads / kWarp;
constexpr std::int64_t kSlotsOfBlock = 2048;
constexpr int kRowThreads = 256;

/// For each warp of the block in shared memory [kSortWarps, E]: how many of its 32 slots go to each expert, 0 at first and at
/// the end. Calls visit(slot, expert, earlier slots of the same expert in the block's round) and advance(e) between rounds.
template <typename Visit>
__device__ void overSlots(const std::int64_t* expert_ids, std::int64_t slots, int experts, int* counts_WE, int* before_E,
                          const Visit& visit)
{
    const std::int64_t begin = std::int64_t(blockIdx.x) * kSlotsOfBlock;
    const std::int64_t end = begin + kSlotsOfBlock < slots ? begin + kSlotsOfBlock : slots;
    for (int i = int(threadIdx.x); i < kSortWarps * experts; i += kSortThreads) counts_WE[i] = 0;
    __syncthreads();
    for (std::int64_t first = begin; first < end; first += kSortThreads) {
        const std::int64_t slot = first + threadIdx.x;
        const int expert = slot < end ? int(expert_ids[slot]) : -1;
        const unsigned same = __match_any_sync(kAllLanes, expert);
        const int earlier = __popc(same & ((1U << laneIndex()) - 1U));
        if (expert >= 0 && earlier == 0) counts_WE[warpIndex() * experts + expert] = __popc(same);
        __syncthreads();
        if (expert >= 0) {
            int rank = before_E[expert] + earlier;
            for (int warp = 0; warp < warpIndex(); ++warp) rank += counts_WE[warp * experts + expert];
            visit(slot, rank);
        }
        __syncthreads();
        for (int e = int(threadIdx.x); e < experts; e += kSortThreads) {
            for (int warp = 0; warp < kSortWarps; ++warp) {
                before_E[e] += counts_WE[warp * experts + e];
                counts_WE[warp * experts + e] = 0;
            }
        }
        __syncthreads();
    }
}

/// counts_BE[block, e]: the block's slots of expert e.
__global__ void __launch_bounds__(kSortThreads)
    countSlotsKernel(const std::int64_t* __restrict__ expert_ids, std::int64_t slots, int experts, int* counts_BE)
{
    int* counts_WE = sharedMemory<int>();
    int* sum_E = counts_WE + kSortWarps * experts;
    for (int e = int(threadIdx.x); e < experts; e += kSortThreads) sum_E[e] = 0;
    overSlots(expert_ids, slots, experts, counts_WE, sum_E, [](std::int64_t, int) {});
    for (int e = int(threadIdx.x); e < experts; e += kSortThreads) counts_BE[std::int64_t(blockIdx.x) * experts + e] = sum_E[e];
}

/// Each block adds up where its slots of every expert begin, then puts them there in their order.
__global__ void __launch_bounds__(kSortThreads)
    placeSlotsKernel(const std::int64_t* __restrict__ expert_ids, std::int64_t slots, int experts,
                     const int* __restrict__ counts_BE, std::int64_t* slot_of_row, std::int64_t* row_of_slot,
                     std::int64_t* offsets, std::int32_t* ends_E)
{
    int* counts_WE = sharedMemory<int>();
    int* begin_E = counts_WE + kSortWarps * experts;  // of this block's slots
    int* total_E = begin_E + experts;
    for (int e = int(threadIdx.x); e < experts; e += kSortThreads) {
        int total = 0;
        for (unsigned block = 0; block < gridDim.x; ++block) {
            if (block == blockIdx.x) begin_E[e] = total;
            total += counts_BE[std::int64_t(block) * experts + e];
        }
        total_E[e] = total;
    }
    __syncthreads();
    if (warpIndex() == 0) {  // sums of the experts before, 32 experts at a time
        int before = 0;
        for (int first = 0; first < experts; first += kWarp) {
            const int e = first + laneIndex();
            const int total = e < experts ? total_E[e] : 0;
            int sum = total;
            for (int distance = 1; distance < kWarp; distance *= 2) {
                const int other = __shfl_up_sync(kAllLanes, sum, unsigned(distance));
                if (laneIndex() >= distance) sum += other;
            }
            if (e < experts) {
                begin_E[e] += before + sum - total;
                if (blockIdx.x == 0) {
                    offsets[e + 1] = before + sum;
                    if (ends_E != nullptr) ends_E[e] = before + sum;
                }
            }
            before += __shfl_sync(kAllLanes, sum, kWarp - 1);
        }
        if (blockIdx.x == 0 && laneIndex() == 0) offsets[0] = 0;
    }
    __syncthreads();
    overSlots(expert_ids, slots, experts, counts_WE, begin_E, [&](std::int64_t slot, int row) {
        slot_of_row[row] = slot;
        row_of_slot[slot] = row;
    });
}

/// A block a row.
template <int kCount, typename Row, typename Token>
__global__ void __launch_bounds__(kRowThreads)
    gatherKernel(const Token* __restrict__ x_TD, const std::int64_t* __restrict__ slot_of_row, std::int64_t topK,
                 std::int64_t width, std::int64_t begin, Row* __restrict__ rows)
{
    const std::int64_t row = begin + blockIdx.x;
    const Token* from = x_TD + slot_of_row[row] / topK * width;
    for (std::int64_t d = std::int64_t(threadIdx.x) * kCount; d < width; d += std::int64_t(blockDim.x) * kCount) {
        const auto pack = load<kCount>(from + d);
        Pack<Row, kCount> made;
#pragma unroll
        for (int n = 0; n < kCount; ++n) made.at[n] = narrow<Row>(toFloat(pack.at[n]));
        store(made, rows + row * width + d);
    }
}

/// A block a token: the weighted sum of its rows (weights null: 1), read through the inverse index.
template <int kCount, typename Row, typename Token>
__global__ void __launch_bounds__(kRowThreads)
    sumRowsKernel(const Row* __restrict__ rows, const float* weights_TK, const std::int64_t* __restrict__ row_of_slot,
                  std::int64_t topK, std::int64_t width, std::int64_t begin, Token* __restrict__ y_TD)
{
    const std::int64_t token = begin + blockIdx.x;
    for (std::int64_t d = std::int64_t(threadIdx.x) * kCount; d < width; d += std::int64_t(blockDim.x) * kCount) {
        float sums[kCount] = {};
        for (std::int64_t slot = token * topK; slot < (token + 1) * topK; ++slot) {
            const auto row = load<kCount>(rows + row_of_slot[slot] * width + d);
            const float weight = weights_TK == nullptr ? 1.0F : weights_TK[slot];
#pragma unroll
            for (int n = 0; n < kCount; ++n) sums[n] += weight * toFloat(row.at[n]);
        }
        Pack<Token, kCount> made;
#pragma unroll
        for (int n = 0; n < kCount; ++n) made.at[n] = narrow<Token>(sums[n]);
        store(made, y_TD + token * width + d);
    }
}

/// A block a row.
template <int kCount, typename Row, typename Token>
__global__ void __launch_bounds__(kRowThreads)
    combineBackwardKernel(const Token* __restrict__ dy_TD, const Row* rows, const float* __restrict__ weights_TK,
                          const std::int64_t* __restrict__ slot_of_row, std::int64_t topK, std::int64_t width,
                          std::int64_t begin, Row* drows, float* dweights_TK)
{
    const std::int64_t row = begin + blockIdx.x, slot = slot_of_row[row];
    const Token* from = dy_TD + slot / topK * width;
    const float weight = weights_TK[slot];
    float dot = 0;
    for (std::int64_t d = std::int64_t(threadIdx.x) * kCount; d < width; d += std::int64_t(blockDim.x) * kCount) {
        const auto dy = load<kCount>(from + d);
        if (dweights_TK != nullptr) {
            const auto pack = load<kCount>(rows + row * width + d);
#pragma unroll
            for (int n = 0; n < kCount; ++n) dot += toFloat(pack.at[n]) * toFloat(dy.at[n]);
        }
        if (drows != nullptr) {
            Pack<Row, kCount> made;
#pragma unroll
            for (int n = 0; n < kCount; ++n) made.at[n] = narrow<Row>(weight * toFloat(dy.at[n]));
            store(made, drows + row * width + d);
        }
    }
    if (dweights_TK == nullptr) return;
    dot = blockSum(dot, sharedMemory<float>());
    if (threadIdx.x == 0) dweights_TK[slot] = dot;
}

std::int64_t sortBlocks(std::int64_t slots) { return slots == 0 ? 1 : ceilDivide(slots, kSlotsOfBlock); }

template <typename Row, typename Token>
inline constexpr int kRowPack = kPack<Row> > kPack<Token> ? kPack<Row> : kPack<Token>;

template <typename Row, typename Token>
LaunchStatus sumRows(const Row* rows, const float* weights, const std::int64_t* row_of_slot, std::int64_t topK,
                     std::int64_t width, std::int64_t begin, std::int64_t end, Token* y, Stream stream)
{
    constexpr int kWide = kRowPack<Row, Token>;
    const bool packs = isPackable(width, kWide, rows, y);
    return launch(packs ? sumRowsKernel<kWide, Row, Token> : sumRowsKernel<1, Row, Token>, end - begin,
                  threadsFor(width / (packs ? kWide : 1), kRowThreads), 0, stream, rows, weights, row_of_slot, topK, width,
                  begin, y);
}

}  // namespace

std::int64_t sortWorkspace(std::int64_t tokens, std::int64_t topK, std::int64_t experts)
{
    return sortBlocks(tokens * topK) * experts;
}

LaunchStatus sortByExpert(const std::int64_t* expert_ids_TK, std::int64_t tokens, std::int64_t topK, std::int64_t experts,
                          std::int64_t* slot_of_row, std::int64_t* row_of_slot, std::int64_t* offsets, std::int32_t* ends_E,
                          std::int32_t* workspace, Stream stream)
{
    const std::int64_t slots = tokens * topK, blocks = sortBlocks(slots);
    const std::size_t counts = std::size_t(experts) * sizeof(int);
    const LaunchStatus counted = launch(countSlotsKernel, blocks, kSortThreads, (kSortWarps + 1) * counts, stream,
                                        expert_ids_TK, slots, int(experts), workspace);
    if (counted != 0) return counted;
    return launch(placeSlotsKernel, blocks, kSortThreads, (kSortWarps + 2) * counts, stream, expert_ids_TK, slots, int(experts),
                  workspace, slot_of_row, row_of_slot, offsets, ends_E);
}

template <typename Row, typename Token>
LaunchStatus gatherRows(const Token* x_TD, const std::int64_t* slot_of_row, std::int64_t topK, std::int64_t width,
                        std::int64_t begin, std::int64_t end, Row* rows, Stream stream)
{
    constexpr int kWide = kRowPack<Row, Token>;
    const bool packs = isPackable(width, kWide, x_TD, rows);
    return launch(packs ? gatherKernel<kWide, Row, Token> : gatherKernel<1, Row, Token>, end - begin,
                  threadsFor(width / (packs ? kWide : 1), kRowThreads), 0, stream, x_TD, slot_of_row, topK, width, begin, rows);
}

template <typename Row, typename Token>
LaunchStatus gatherRowsBackward(const Row* drows, const std::int64_t* row_of_slot, std::int64_t topK, std::int64_t width,
                                std::int64_t begin, std::int64_t end, Token* dx_TD, Stream stream)
{
    return sumRows<Row, Token>(drows, nullptr, row_of_slot, topK, width, begin, end, dx_TD, stream);
}

template <typename Row, typename Token>
LaunchStatus combineRows(const Row* rows, const float* weights_TK, const std::int64_t* row_of_slot, std::int64_t topK,
                         std::int64_t width, std::int64_t begin, std::int64_t end, Token* y_TD, Stream stream)
{
    return sumRows<Row, Token>(rows, weights_TK, row_of_slot, topK, width, begin, end, y_TD, stream);
}

template <typename Row, typename Token>
LaunchStatus combineRowsBackward(const Token* dy_TD, const Row* rows, const float* weights_TK, const std::int64_t* slot_of_row,
                                 std::int64_t topK, std::int64_t width, std::int64_t begin, std::int64_t end, Row* drows,
                                 float* dweights_TK, Stream stream)
{
    constexpr int kWide = kRowPack<Row, Token>;
    const bool packs = isPackable(width, kWide, dy_TD, rows, drows);
    return launch(packs ? combineBackwardKernel<kWide, Row, Token> : combineBackwardKernel<1, Row, Token>, end - begin,
                  threadsFor(width / (packs ? kWide : 1), kRowThreads), kWarp * sizeof(float), stream, dy_TD, rows, weights_TK,
                  slot_of_row, topK, width, begin, drows, dweights_TK);
}

#define MOEBEL_CUDA_DISPATCH(Row, Token)                                                                                       \
    template LaunchStatus gatherRows(const Token*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t,              \
                                     std::int64_t, Row*, Stream);                                                              \
    template LaunchStatus gatherRowsBackward(const Row*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t,        \
                                             std::int64_t, Token*, Stream);                                                    \
    template LaunchStatus combineRows(const Row*, const float*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t, \
                                      std::int64_t, Token*, Stream);                                                           \
    template LaunchStatus combineRowsBackward(const Token*, const Row*, const float*, const std::int64_t*, std::int64_t,       \
                                              std::int64_t, std::int64_t, std::int64_t, Row*, float*, Stream);
MOEBEL_CUDA_DISPATCH(float, float)
MOEBEL_CUDA_DISPATCH(BFloat16, float)
MOEBEL_CUDA_DISPATCH(BFloat16, BFloat16)

}  // namespace moebel::kernels::cuda
