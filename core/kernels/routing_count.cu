#include "kernels/device.cuh"
#include "kernels/routing_count.h"

namespace moebel::kernels::cuda
{
namespace
{

constexpr int kTokenLanes = 32;  ///< threads that share an expert

struct Tally {
    double count = 0, topOne = 0, gateMass = 0, softScore = 0;
};

/// Adds what the token did with the expert.
__device__ void addToken(const LayerDecisions& decisions, std::int64_t token, std::int64_t expert, Tally& tally)
{
    for (std::int64_t k = 0; k < decisions.topK; ++k) {
        if (decisions.expert_ids_TK[token * decisions.topK + k] != expert) continue;
        tally.count += 1;
        tally.topOne += k == 0 ? 1 : 0;
        tally.gateMass += double(decisions.weights_TK[token * decisions.topK + k]);
    }
    tally.softScore += double(decisions.scores_TE[token * decisions.experts + expert]);
}

/// A block for 32 experts of a language: lane = expert, warp = share of the tokens. Sums in an order that depends on the sizes
/// alone.
__global__ void __launch_bounds__(kWarp* kTokenLanes)
    accumulateKernel(LayerDecisions decisions, std::int64_t languages, RoutingSums sums)
{
    const std::int64_t language = blockIdx.x % languages;
    const std::int64_t expert = std::int64_t(blockIdx.x) / languages * kWarp + laneIndex();
    Tally tally;
    for (std::int64_t token = warpIndex(); token < decisions.tokens; token += kTokenLanes)
        if (decisions.language_B[unsigned(token) / unsigned(decisions.tokensPerSequence)] == language &&
            expert < decisions.experts)
            addToken(decisions, token, expert, tally);
    Tally* tallies = sharedMemory<Tally>();  // [kTokenLanes, kWarp]
    tallies[threadIdx.x] = tally;
    __syncthreads();
    if (warpIndex() != 0 || expert >= decisions.experts) return;
    for (int lane = 1; lane < kTokenLanes; ++lane) {
        const Tally& other = tallies[lane * kWarp + laneIndex()];
        tally.count += other.count;
        tally.topOne += other.topOne;
        tally.gateMass += other.gateMass;
        tally.softScore += other.softScore;
    }
    const std::int64_t at = language * sums.languageStride + expert;
    sums.count[at] += tally.count;
    sums.topOne[at] += tally.topOne;
    sums.gateMass[at] += tally.gateMass;
    sums.softScore[at] += tally.softScore;
}

}  // namespace

LaunchStatus accumulateRouting(const LayerDecisions& decisions, std::int64_t languages, const RoutingSums& sums, Stream stream)
{
    return launch(accumulateKernel, ceilDivide(decisions.experts, kWarp) * languages, kWarp * kTokenLanes,
                  kWarp * kTokenLanes * sizeof(Tally), stream, decisions, languages, sums);
}

}  // namespace moebel::kernels::cuda
