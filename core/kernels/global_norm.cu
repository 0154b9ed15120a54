#include "kernels/global_norm.h"
#include "kernels/reduction.cuh"

namespace moebel::kernels::cuda
{
namespace
{

constexpr int kThreads = 256, kSpansOfLaunch = 128;
constexpr std::int64_t kNumbersOfChunk = 1 << 15;

/// The spans of one launch, cut into chunks that are counted through all of them; passed by value in the kernel's parameters.
template <typename Number>
struct SpanBatch {
    NumberSpan<Number> spans[kSpansOfLaunch];
    std::int64_t firstChunk[kSpansOfLaunch];
    std::int64_t chunks = 0;
    int count = 0;
};

/// The last span that begins at or before the chunk; spans without numbers have no chunk.
template <typename Number>
__device__ int spanOfChunk(const SpanBatch<Number>& batch, std::int64_t chunk)
{
    int low = 0, high = batch.count - 1;
    while (low < high) {
        const int middle = (low + high + 1) / 2;
        if (batch.firstChunk[middle] <= chunk)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

template <typename Number>
__device__ double sumOfSquares(const Number* numbers, std::int64_t size)
{
    constexpr int kWide = kPack<Number>;
    double sum = 0;
    std::int64_t done = 0;
    if (reinterpret_cast<std::uintptr_t>(numbers) % 16 == 0) {
        done = size / kWide * kWide;
        for (std::int64_t i = std::int64_t(threadIdx.x) * kWide; i < done; i += kThreads * kWide) {
            const auto pack = load<kWide>(numbers + i);
#pragma unroll
            for (int n = 0; n < kWide; ++n) sum += double(toFloat(pack.at[n])) * double(toFloat(pack.at[n]));
        }
    }
    for (std::int64_t i = done + threadIdx.x; i < size; i += kThreads)
        sum += double(toFloat(numbers[i])) * double(toFloat(numbers[i]));
    return sum;
}

/// partials[block] = or += the sum of squares of chunks block, block + blocks, ...
template <typename Number>
__global__ void __launch_bounds__(kThreads)
    squaresKernel(const __grid_constant__ SpanBatch<Number> batch, bool isFirst, double* partials)
{
    double sum = 0;
    for (std::int64_t chunk = blockIdx.x; chunk < batch.chunks; chunk += gridDim.x) {
        const int span = spanOfChunk(batch, chunk);
        const std::int64_t begin = (chunk - batch.firstChunk[span]) * kNumbersOfChunk;
        const std::int64_t left = batch.spans[span].size - begin;
        sum += sumOfSquares(batch.spans[span].data + begin, left < kNumbersOfChunk ? left : kNumbersOfChunk);
    }
    sum = blockSum(sum, sharedMemory<double>());
    if (threadIdx.x == 0) partials[blockIdx.x] = isFirst ? sum : partials[blockIdx.x] + sum;
}

__global__ void __launch_bounds__(kFinishThreads)
    finishNormKernel(const double* __restrict__ partials, std::int64_t count, double most, float* norm, float* scale)
{
    const double root = sqrt(sumOfPartials(partials, count));
    if (threadIdx.x != 0) return;
    *norm = float(root);
    *scale = !isfinite(root) ? NAN : most > 0 && root > most ? float(most / root) : 1.0F;
}

}  // namespace

template <typename Number>
LaunchStatus globalNorm(const NumberSpan<Number>* spans, std::int64_t count, double most, float* norm, float* scale,
                        double* partials, Stream stream)
{
    std::int64_t chunks = 0;
    for (std::int64_t i = 0; i < count; ++i) chunks += ceilDivide(spans[i].size, kNumbersOfChunk);
    const std::int64_t blocks = reductionBlocks(chunks, 1);
    std::int64_t next = 0;
    bool isFirst = true;
    do {  // at least once: no gradient has norm 0
        SpanBatch<Number> batch;
        for (; next < count && batch.count < kSpansOfLaunch; ++next) {
            if (spans[next].size == 0) continue;
            batch.spans[batch.count] = spans[next];
            batch.firstChunk[batch.count++] = batch.chunks;
            batch.chunks += ceilDivide(spans[next].size, kNumbersOfChunk);
        }
        const LaunchStatus status =
            launch(squaresKernel<Number>, blocks, kThreads, kWarp * sizeof(double), stream, batch, isFirst, partials);
        if (status != 0) return status;
        isFirst = false;
    } while (next < count);
    return launch(finishNormKernel, 1, kFinishThreads, kWarp * sizeof(double), stream, partials, blocks, most, norm, scale);
}

template LaunchStatus globalNorm(const NumberSpan<float>*, std::int64_t, double, float*, float*, double*, Stream);
template LaunchStatus globalNorm(const NumberSpan<BFloat16>*, std::int64_t, double, float*, float*, double*, Stream);

}  // namespace moebel::kernels::cuda
