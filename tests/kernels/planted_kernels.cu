// Kernels with one planted error each, and what they should have been.
#include "kernels/device.cuh"
#include "tests/kernels/planted_kernels.h"

namespace moebel::test
{

using namespace kernels::cuda;

namespace
{

constexpr int kThreads = 64;

/// to[i] = the neighbour's number, through shared memory. kWaits: with the barrier between writing and reading.
template <bool kWaits>
__global__ void neighbourKernel(const float* from, float* to)
{
    float* numbers = sharedMemory<float>();
    numbers[threadIdx.x] = from[threadIdx.x];
    if constexpr (kWaits) __syncthreads();
    to[threadIdx.x] = numbers[(threadIdx.x + 1) % kThreads];
}

/// Each block adds its number to one sum.
__global__ void blocksAddKernel(const float* from, float* sum)
{
    if (threadIdx.x == 0) *sum += from[blockIdx.x];
}

/// Lanes hand numbers on through shared memory without waiting for their warp.
template <bool kWaits>
__global__ void warpKernel(const float* from, float* to)
{
    float* numbers = sharedMemory<float>();
    numbers[threadIdx.x] = from[threadIdx.x];
    if constexpr (kWaits) __syncwarp();
    to[threadIdx.x] = numbers[threadIdx.x ^ 1U];
}

__global__ void pastTheEndKernel(const float* from, float* to, int past)
{
    to[threadIdx.x] = from[threadIdx.x + unsigned(past)];
}

__global__ void pastSharedKernel(float* to, int past)
{
    float* numbers = sharedMemory<float>();
    numbers[threadIdx.x + unsigned(past)] = 1;
    to[threadIdx.x] = numbers[threadIdx.x];
}

__global__ void unsetSharedKernel(float* to) { to[threadIdx.x] = sharedMemory<float>()[threadIdx.x]; }

__global__ void barrierInBranchKernel()
{
    if (threadIdx.x < 16)
        __syncthreads();
    else
        __syncthreads();
}

__global__ void leavesBeforeBarrierKernel()
{
    if (threadIdx.x == 3) return;
    __syncthreads();
}

__global__ void shuffleInBranchKernel(float* to)
{
    if (threadIdx.x % 2 == 0) to[threadIdx.x] = __shfl_xor_sync(kAllLanes, 1.0F, 1);
}

}  // namespace

void neighbours(bool waits, const float* from, float* to)
{
    launch(waits ? neighbourKernel<true> : neighbourKernel<false>, 1, kThreads, kThreads * sizeof(float), nullptr, from, to);
}

void blocksAdd(const float* from, int blocks, float* sum) { launch(blocksAddKernel, blocks, kWarp, 0, nullptr, from, sum); }

void warpNeighbours(bool waits, const float* from, float* to)
{
    launch(waits ? warpKernel<true> : warpKernel<false>, 1, kWarp, kWarp * sizeof(float), nullptr, from, to);
}

void readPast(const float* from, float* to, int past) { launch(pastTheEndKernel, 1, kThreads, 0, nullptr, from, to, past); }

void writePastShared(float* to, int past)
{
    launch(pastSharedKernel, 1, kThreads, kThreads * sizeof(float), nullptr, to, past);
}

void readUnsetShared(float* to) { launch(unsetSharedKernel, 1, kThreads, kThreads * sizeof(float), nullptr, to); }
void waitInBranch() { launch(barrierInBranchKernel, 1, kThreads, 0, nullptr); }
void leaveBeforeBarrier() { launch(leavesBeforeBarrierKernel, 1, kThreads, 0, nullptr); }
void shuffleInBranch(float* to) { launch(shuffleInBranchKernel, 1, kWarp, 0, nullptr, to); }
void launchTooManyThreads(float* to) { launch(unsetSharedKernel, 1, 2048, kThreads * sizeof(float), nullptr, to); }

}  // namespace moebel::test
