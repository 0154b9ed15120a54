#include "kernels/cross_entropy.h"
#include "kernels/device.cuh"

namespace moebel::kernels::cuda
{
namespace
{

constexpr int kThreads = 1024;

/// log(sum(exp(x))) of the numbers seen so far, as exp(highest) * sum.
struct LogSum {
    float highest = -INFINITY, sum = 0;
};

__device__ LogSum merged(LogSum a, LogSum b)
{
    const float highest = fmaxf(a.highest, b.highest);
    if (highest == -INFINITY) return {highest, a.sum + b.sum};  // inf - inf is no number; what was none before stays none
    return {highest, a.sum * expf(a.highest - highest) + b.sum * expf(b.highest - highest)};
}

__device__ LogSum warpLogSum(LogSum mine)
{
    for (int distance = kWarp / 2; distance > 0; distance /= 2) {
        const LogSum other{__shfl_xor_sync(kAllLanes, mine.highest, distance), __shfl_xor_sync(kAllLanes, mine.sum, distance)};
        mine = merged(mine, other);
    }
    return mine;
}

/// The row's log-sum in every thread, in one pass over the logits. `scratch`: one LogSum a warp in shared memory.
template <int kCount, typename Number>
__device__ LogSum rowLogSum(const Number* logits, std::int64_t vocabulary, LogSum* scratch)
{
    LogSum mine;
    for (std::int64_t v = std::int64_t(threadIdx.x) * kCount; v < vocabulary; v += std::int64_t(blockDim.x) * kCount) {
        const auto pack = load<kCount>(logits + v);
        LogSum ofPack;
#pragma unroll
        for (int n = 0; n < kCount; ++n) ofPack.highest = fmaxf(ofPack.highest, toFloat(pack.at[n]));
        const float shift = ofPack.highest == -INFINITY ? 0.0F : ofPack.highest;
#pragma unroll
        for (int n = 0; n < kCount; ++n) ofPack.sum += expf(toFloat(pack.at[n]) - shift);
        mine = merged(mine, ofPack);
    }
    mine = warpLogSum(mine);
    if (laneIndex() == 0) scratch[warpIndex()] = mine;
    __syncthreads();
    return warpLogSum(laneIndex() < warpsOfBlock() ? scratch[laneIndex()] : LogSum{});
}

/// factor * (softmax - onehot(target)); each thread writes only where it has read.
template <int kCount, typename Number>
__device__ void writeGradient(const Number* logits, std::int64_t target, float logSum, float factor, std::int64_t vocabulary,
                              Number* gradient)
{
    for (std::int64_t v = std::int64_t(threadIdx.x) * kCount; v < vocabulary; v += std::int64_t(blockDim.x) * kCount) {
        auto pack = load<kCount>(logits + v);
#pragma unroll
        for (int n = 0; n < kCount; ++n) {
            const float shifted = toFloat(pack.at[n]) - logSum;
            pack.at[n] = narrow<Number>(target < 0 ? 0.0F : factor * (v + n == target ? expm1f(shifted) : expf(shifted)));
        }
        store(pack, gradient + v);
    }
}

/// A block a row. dlogits null: the loss alone.
template <int kCount, typename Number>
__global__ void __launch_bounds__(kThreads)
    lossKernel(const Number* logits_RV, const std::int64_t* __restrict__ targets_R, std::int64_t vocabulary, float* loss_R,
               float* logSum_R, Number* dlogits_RV)
{
    const std::int64_t row = blockIdx.x, target = targets_R[row];
    const Number* logits = logits_RV + row * vocabulary;
    const float ofTarget = target < 0 ? 0.0F : toFloat(logits[target]);
    const LogSum sum =
        rowLogSum<kCount>(logits, vocabulary, sharedMemory<LogSum>());  // after its barrier nobody reads the target
    const float logOfSum = logf(sum.sum);
    if (threadIdx.x == 0) {
        loss_R[row] = target < 0 ? 0.0F : logOfSum - (ofTarget - sum.highest);
        if (logSum_R != nullptr) logSum_R[row] = logOfSum + sum.highest;
    }
    if (dlogits_RV != nullptr)
        writeGradient<kCount>(logits, target, logOfSum + sum.highest, 1.0F, vocabulary, dlogits_RV + row * vocabulary);
}

template <int kCount, typename Number>
__global__ void __launch_bounds__(kThreads)
    gradientKernel(const Number* logits_RV, const std::int64_t* __restrict__ targets_R, const float* __restrict__ logSum_R,
                   const float* factor_R, std::int64_t vocabulary, Number* dlogits_RV)
{
    const std::int64_t row = blockIdx.x;
    writeGradient<kCount>(logits_RV + row * vocabulary, targets_R[row], logSum_R[row],
                          factor_R == nullptr ? 1.0F : factor_R[row], vocabulary, dlogits_RV + row * vocabulary);
}

template <typename Number>
LaunchStatus loss(const Number* logits, const std::int64_t* targets, std::int64_t rows, std::int64_t vocabulary, float* loss_R,
                  float* logSum_R, Number* dlogits, Stream stream)
{
    constexpr int kWide = kPack<Number>;
    const bool packs = isPackable(vocabulary, kWide, logits);
    return launch(packs ? lossKernel<kWide, Number> : lossKernel<1, Number>, rows,
                  threadsFor(vocabulary / (packs ? kWide : 1), kThreads), kWarp * sizeof(LogSum), stream, logits, targets,
                  vocabulary, loss_R, logSum_R, dlogits);
}

}  // namespace

template <typename Number>
LaunchStatus crossEntropyToGradient(Number* logits_RV, const std::int64_t* targets_R, std::int64_t rows,
                                    std::int64_t vocabulary, float* loss_R, Stream stream)
{
    return loss<Number>(logits_RV, targets_R, rows, vocabulary, loss_R, nullptr, logits_RV, stream);
}

template <typename Number>
LaunchStatus crossEntropy(const Number* logits_RV, const std::int64_t* targets_R, std::int64_t rows, std::int64_t vocabulary,
                          float* loss_R, float* logSum_R, Stream stream)
{
    return loss<Number>(logits_RV, targets_R, rows, vocabulary, loss_R, logSum_R, nullptr, stream);
}

template <typename Number>
LaunchStatus crossEntropyBackward(const Number* logits_RV, const std::int64_t* targets_R, const float* logSum_R,
                                  const float* factor_R, std::int64_t rows, std::int64_t vocabulary, Number* dlogits_RV,
                                  Stream stream)
{
    constexpr int kWide = kPack<Number>;
    const bool packs = isPackable(vocabulary, kWide, logits_RV, dlogits_RV);
    return launch(packs ? gradientKernel<kWide, Number> : gradientKernel<1, Number>, rows,
                  threadsFor(vocabulary / (packs ? kWide : 1), kThreads), 0, stream, logits_RV, targets_R, logSum_R, factor_R,
                  vocabulary, dlogits_RV);
}

template LaunchStatus crossEntropyToGradient(float*, const std::int64_t*, std::int64_t, std::int64_t, float*, Stream);
template LaunchStatus crossEntropy(const float*, const std::int64_t*, std::int64_t, std::int64_t, float*, float*, Stream);
template LaunchStatus crossEntropyBackward(const float*, const std::int64_t*, const float*, const float*, std::int64_t,
                                           std::int64_t, float*, Stream);
template LaunchStatus crossEntropyToGradient(BFloat16*, const std::int64_t*, std::int64_t, std::int64_t, float*, Stream);
template LaunchStatus crossEntropy(const BFloat16*, const std::int64_t*, std::int64_t, std::int64_t, float*, float*, Stream);
template LaunchStatus crossEntropyBackward(const BFloat16*, const std::int64_t*, const float*, const float*, std::int64_t,
                                           std::int64_t, BFloat16*, Stream);

}  // namespace moebel::kernels::cuda
