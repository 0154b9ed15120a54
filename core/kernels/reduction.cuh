// The second half of every sum over many blocks: partial sums are added by one block, in an order that depends on their number
// alone.
#pragma once

#include "kernels/device.cuh"

namespace moebel::kernels::cuda
{

inline constexpr int kFinishThreads = 256;

/// The sum of the partials in every thread of a block of kFinishThreads.
__device__ inline double sumOfPartials(const double* partials, std::int64_t count)
{
    double sum = 0;
    for (std::int64_t i = threadIdx.x; i < count; i += kFinishThreads) sum += partials[i];
    return blockSum(sum, sharedMemory<double>());
}

/// to[0] = factor * sum of the partials.
static __global__ void __launch_bounds__(kFinishThreads)
    finishSumKernel(const double* __restrict__ partials, std::int64_t count, double factor, double* to)
{
    const double sum = sumOfPartials(partials, count);
    if (threadIdx.x == 0) *to = factor * sum;
}

inline LaunchStatus finishSum(const double* partials, std::int64_t count, double factor, double* to, Stream stream)
{
    return launch(finishSumKernel, 1, kFinishThreads, kWarp * sizeof(double), stream, partials, count, factor, to);
}

}  // namespace moebel::kernels::cuda
