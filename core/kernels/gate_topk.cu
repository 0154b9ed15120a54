#include "kernels/device.cuh"
#include "kernels/gate_topk.h"

// A warp a token; lane l holds experts l, l + 32, ..., kPerLane of them, in registers.
namespace moebel::kernels::cuda
{
namespace
{

constexpr int kThreads = 256, kTokensOfBlock = kThreads / kWarp;

__device__ std::int64_t tokenOfWarp() { return std::int64_t(blockIdx.x) * kTokensOfBlock + warpIndex(); }

/// An expert that may be the best one. Where scores are not numbers, the lower index wins, so that ids stay valid and distinct.
struct Candidate {
    float score;
    int expert;  ///< -1: none
};

__device__ Candidate better(Candidate a, Candidate b)
{
    if (a.expert < 0 || b.expert < 0) return a.expert < 0 ? b : a;
    if (a.score > b.score || b.score > a.score) return a.score > b.score ? a : b;
    return a.expert < b.expert ? a : b;
}

__device__ Candidate warpBest(Candidate mine)
{
    for (int distance = kWarp / 2; distance > 0; distance /= 2) {
        const Candidate other{__shfl_xor_sync(kAllLanes, mine.score, distance),
                              __shfl_xor_sync(kAllLanes, mine.expert, distance)};
        mine = better(mine, other);
    }
    return mine;
}

/// scores: in logits, out softmax; those of no expert become 0.
template <int kPerLane>
__device__ void warpSoftmax(float (&scores)[kPerLane], int experts)
{
    float highest = -INFINITY;
#pragma unroll
    for (int n = 0; n < kPerLane; ++n) highest = fmaxf(highest, scores[n]);
    highest = warpMax(highest);
    float sum = 0;
#pragma unroll
    for (int n = 0; n < kPerLane; ++n) {
        scores[n] = laneIndex() + n * kWarp < experts ? expf(scores[n] - highest) : 0.0F;
        sum += scores[n];
    }
    sum = warpSum(sum);
#pragma unroll
    for (int n = 0; n < kPerLane; ++n) scores[n] /= sum;
}

template <int kPerLane>
__global__ void __launch_bounds__(kThreads)
    gateKernel(const float* __restrict__ logits_TE, std::int64_t tokens, int experts, int topK, bool renormalise,
               float* __restrict__ scores_TE, float* __restrict__ weights_TK, std::int64_t* __restrict__ expert_ids_TK,
               std::int64_t* counts_E)
{
    int* counts = sharedMemory<int>();  // [E], of the block: whole numbers, so that the order of additions is no matter
    for (int e = int(threadIdx.x); e < experts; e += kThreads) counts[e] = 0;
    __syncthreads();
    const std::int64_t token = tokenOfWarp();
    if (token < tokens) {
        float scores[kPerLane];
#pragma unroll
        for (int n = 0; n < kPerLane; ++n) {
            const int e = laneIndex() + n * kWarp;
            scores[n] = e < experts ? logits_TE[token * experts + e] : -INFINITY;
        }
        warpSoftmax(scores, experts);
        unsigned taken = 0;         // bit n: expert n of this lane
        float weight = 0, sum = 0;  // weight: lane k's, of the k-th best
        int expert = -1;
        for (int k = 0; k < topK; ++k) {
            Candidate mine{0, -1};
#pragma unroll
            for (int n = 0; n < kPerLane; ++n) {
                const int e = laneIndex() + n * kWarp;
                if (e < experts && (taken >> n & 1U) == 0) mine = better(mine, {scores[n], e});
            }
            const Candidate best = warpBest(mine);
            if (best.expert % kWarp == laneIndex()) taken |= 1U << (best.expert / kWarp);
            if (laneIndex() == k) {
                weight = best.score;
                expert = best.expert;
            }
            sum += best.score;
        }
#pragma unroll
        for (int n = 0; n < kPerLane; ++n) {
            const int e = laneIndex() + n * kWarp;
            if (e < experts) scores_TE[token * experts + e] = scores[n];
        }
        if (laneIndex() < topK) {
            weights_TK[token * topK + laneIndex()] = renormalise ? weight / sum : weight;
            expert_ids_TK[token * topK + laneIndex()] = expert;
            if (counts_E != nullptr) atomicAdd(counts + expert, 1);
        }
    }
    __syncthreads();
    if (counts_E == nullptr) return;
    for (int e = int(threadIdx.x); e < experts; e += kThreads)
        if (counts[e] > 0)
            atomicAdd(reinterpret_cast<unsigned long long*>(counts_E) + e, static_cast<unsigned long long>(counts[e]));
}

template <int kPerLane>
__global__ void __launch_bounds__(kThreads)
    gateBackwardKernel(const float* dscores_TE, const float* dweights_TK, const float* __restrict__ scores_TE,
                       const float* __restrict__ weights_TK, const std::int64_t* __restrict__ expert_ids_TK,
                       std::int64_t tokens, int experts, int topK, bool renormalise, float* __restrict__ dlogits_TE)
{
    const std::int64_t token = tokenOfWarp();
    if (token >= tokens) return;
    float scores[kPerLane], gradients[kPerLane];
#pragma unroll
    for (int n = 0; n < kPerLane; ++n) {
        const int e = laneIndex() + n * kWarp;
        scores[n] = e < experts ? scores_TE[token * experts + e] : 0.0F;
        gradients[n] = e < experts && dscores_TE != nullptr ? dscores_TE[token * experts + e] : 0.0F;
    }
    if (dweights_TK != nullptr) {
        const bool holds = laneIndex() < topK;  // lane k: the k-th best
        const std::int64_t slot = token * topK + laneIndex();
        const int expert = holds ? int(expert_ids_TK[slot]) : 0;
        float dweight = holds ? dweights_TK[slot] : 0.0F;
        if (renormalise) {
            const float sum = warpSum(holds ? scores_TE[token * experts + expert] : 0.0F);
            const float mean = warpSum(holds ? dweight * weights_TK[slot] : 0.0F);
            dweight = (dweight - mean) / sum;
        }
        for (int k = 0; k < topK; ++k) {
            const int chosen = __shfl_sync(kAllLanes, expert, k);
            const float ofChosen = __shfl_sync(kAllLanes, dweight, k);
#pragma unroll
            for (int n = 0; n < kPerLane; ++n)
                if (chosen == laneIndex() + n * kWarp) gradients[n] += ofChosen;
        }
    }
    float inner = 0;
#pragma unroll
    for (int n = 0; n < kPerLane; ++n) inner += scores[n] * gradients[n];
    inner = warpSum(inner);
#pragma unroll
    for (int n = 0; n < kPerLane; ++n) {
        const int e = laneIndex() + n * kWarp;
        if (e < experts) dlogits_TE[token * experts + e] = scores[n] * (gradients[n] - inner);
    }
}

bool isSupported(std::int64_t experts, std::int64_t topK)
{
    return experts >= 1 && experts <= kMostExperts && topK >= 1 && topK <= experts && topK <= kWarp;
}

/// Of the forms for 1, 2, 4 and 8 experts a lane, the one that holds all experts.
template <typename Kernel>
Kernel formFor(std::int64_t experts, Kernel one, Kernel two, Kernel four, Kernel eight)
{
    return experts <= kWarp ? one : experts <= 2 * kWarp ? two : experts <= 4 * kWarp ? four : eight;
}

}  // namespace

LaunchStatus gateTopK(const float* logits_TE, std::int64_t tokens, std::int64_t experts, std::int64_t topK, bool renormalise,
                      float* scores_TE, float* weights_TK, std::int64_t* expert_ids_TK, std::int64_t* counts_E, Stream stream)
{
    if (!isSupported(experts, topK)) return cudaErrorInvalidValue;
    const auto kernel = formFor(experts, gateKernel<1>, gateKernel<2>, gateKernel<4>, gateKernel<8>);
    return launch(kernel, ceilDivide(tokens, kTokensOfBlock), kThreads, std::size_t(experts) * sizeof(int), stream, logits_TE,
                  tokens, int(experts), int(topK), renormalise, scores_TE, weights_TK, expert_ids_TK, counts_E);
}

LaunchStatus gateTopKBackward(const float* dscores_TE, const float* dweights_TK, const float* scores_TE,
                              const float* weights_TK, const std::int64_t* expert_ids_TK, std::int64_t tokens,
                              std::int64_t experts, std::int64_t topK, bool renormalise, float* dlogits_TE, Stream stream)
{
    if (!isSupported(experts, topK)) return cudaErrorInvalidValue;
    const auto kernel =
        formFor(experts, gateBackwardKernel<1>, gateBackwardKernel<2>, gateBackwardKernel<4>, gateBackwardKernel<8>);
    return launch(kernel, ceilDivide(tokens, kTokensOfBlock), kThreads, 0, stream, dscores_TE, dweights_TK, scores_TE,
                  weights_TK, expert_ids_TK, tokens, int(experts), int(topK), renormalise, dlogits_TE);
}

}  // namespace moebel::kernels::cuda
