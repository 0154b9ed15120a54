#include "kernels/reduction.cuh"
#include "kernels/router_losses.h"

namespace moebel::kernels::cuda
{
namespace
{

constexpr int kThreads = 256, kTokensOfBlock = kThreads / kWarp;

/// Block b takes the numbers b * kThreads + thread, then those `blocks` blocks further on.
__global__ void __launch_bounds__(kThreads)
    balanceKernel(const float* __restrict__ scores_TE, const std::int64_t* __restrict__ counts_E, std::int64_t tokens,
                  int experts, double factor, float* dscores_TE, double* partials)
{
    const double perToken = factor / double(tokens);
    double sum = 0;
    for (std::int64_t i = std::int64_t(blockIdx.x) * kThreads + threadIdx.x; i < tokens * experts;
         i += std::int64_t(gridDim.x) * kThreads) {
        const double slope = perToken * double(counts_E[unsigned(i) % unsigned(experts)]);
        sum += slope * double(scores_TE[i]);
        if (dscores_TE != nullptr) dscores_TE[i] = float(slope);
    }
    sum = blockSum(sum, sharedMemory<double>());
    if (threadIdx.x == 0) partials[blockIdx.x] = sum;
}

/// log(sum(exp(z))) over a row of which each lane holds every 32nd number, of(e).
template <typename Of>
__device__ float warpLogSumExp(int experts, const Of& of)
{
    float highest = -INFINITY, sum = 0;
    for (int e = laneIndex(); e < experts; e += kWarp) highest = fmaxf(highest, of(e));
    highest = warpMax(highest);
    for (int e = laneIndex(); e < experts; e += kWarp) sum += expf(of(e) - highest);
    return highest + logf(warpSum(sum));
}

/// The loss of one token, and its gradient where wanted; the whole warp works on it.
template <PriorOver kOver>
__device__ float tokenPrior(const float* logits, int experts, float factor, float* gradient)
{
    const float logSum = warpLogSumExp(experts, [&](int e) { return logits[e]; });
    const auto score = [&](int e) { return expf(logits[e] - logSum); };
    const auto z = [&](int e) { return kOver == PriorOver::Scores ? score(e) : logits[e]; };
    const float outer = kOver == PriorOver::Scores ? warpLogSumExp(experts, z) : logSum;
    if (gradient != nullptr) {
        const auto slope = [&](int e) { return expf(z(e) - outer) - (e == 0 ? 1.0F : 0.0F); };
        float inner = 0;
        if constexpr (kOver == PriorOver::Scores) {
            for (int e = laneIndex(); e < experts; e += kWarp) inner += score(e) * slope(e);
            inner = warpSum(inner);
        }
        for (int e = laneIndex(); e < experts; e += kWarp)
            gradient[e] = factor * (kOver == PriorOver::Scores ? score(e) * (slope(e) - inner) : slope(e));
    }
    return outer - z(0);
}

/// A warp a token.
template <PriorOver kOver>
__global__ void __launch_bounds__(kThreads)
    priorKernel(const float* __restrict__ logits_TE, const bool* __restrict__ isCounted_T, std::int64_t tokens, int experts,
                float factor, float* __restrict__ dlogits_TE, double* partials)
{
    double sum = 0;  // the same in every lane
    for (std::int64_t t = std::int64_t(blockIdx.x) * kTokensOfBlock + warpIndex(); t < tokens;
         t += std::int64_t(gridDim.x) * kTokensOfBlock) {
        float* gradient = dlogits_TE == nullptr ? nullptr : dlogits_TE + t * experts;
        if (isCounted_T[t])
            sum += double(tokenPrior<kOver>(logits_TE + t * experts, experts, factor, gradient));
        else if (gradient != nullptr)
            for (int e = laneIndex(); e < experts; e += kWarp) gradient[e] = 0;
    }
    sum = blockSum(laneIndex() == 0 ? sum : 0.0, sharedMemory<double>());
    if (threadIdx.x == 0) partials[blockIdx.x] = sum;
}

}  // namespace

LaunchStatus balanceLoss(const float* scores_TE, const std::int64_t* counts_E, std::int64_t tokens, std::int64_t experts,
                         double factor, double* loss, float* dscores_TE, double* partials, Stream stream)
{
    const std::int64_t blocks = reductionBlocks(tokens * experts, 4 * kThreads);
    const LaunchStatus status = launch(balanceKernel, blocks, kThreads, kWarp * sizeof(double), stream, scores_TE, counts_E,
                                       tokens, int(experts), factor, dscores_TE, partials);
    return status != 0 ? status : finishSum(partials, blocks, 1.0, loss, stream);
}

LaunchStatus priorLoss(const float* logits_TE, const bool* isCounted_T, std::int64_t tokens, std::int64_t experts,
                       PriorOver over, double factor, double* loss, float* dlogits_TE, double* partials, Stream stream)
{
    const std::int64_t blocks = reductionBlocks(tokens, 2 * kTokensOfBlock);
    const auto kernel = over == PriorOver::Scores ? priorKernel<PriorOver::Scores> : priorKernel<PriorOver::Logits>;
    const LaunchStatus status = launch(kernel, blocks, kThreads, kWarp * sizeof(double), stream, logits_TE, isCounted_T, tokens,
                                       int(experts), float(factor), dlogits_TE, partials);
    return status != 0 ? status : finishSum(partials, blocks, factor, loss, stream);
}

}  // namespace moebel::kernels::cuda
