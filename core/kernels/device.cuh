// What the kernels share on the device: packs of 16 bytes, sums over warps and blocks, launching.
//
// nvcc compiles this for the GPU; the tests compile the same text as C++ against tests/support/cuda_shim.h, which is included
// before it. Every block has a whole number of warps.
#pragma once

#ifdef __CUDACC__
#include <cuda_bf16.h>
#include <cuda_runtime.h>
#endif

#include <cstddef>
#include <cstdint>

#include "kernels/bfloat16.h"
#include "kernels/stream.h"

namespace moebel::kernels::cuda
{

inline constexpr int kWarp = 32;
inline constexpr unsigned kAllLanes = 0xFFFFFFFFU;

/// fp32 to the type of the numbers, to the nearest, halves to even.
template <typename Number>
__device__ Number narrow(float number);
template <>
__device__ inline float narrow<float>(float number)
{
    return number;
}
template <>
__device__ inline BFloat16 narrow<BFloat16>(float number)
{
    return BFloat16{__bfloat16_as_ushort(__float2bfloat16_rn(number))};
}

/// Numbers that are read or written with one instruction, two where they are more than 16 bytes.
template <typename Number, int kCount>
struct alignas(sizeof(Number) * kCount < 16 ? sizeof(Number) * kCount : 16) Pack {
    Number at[kCount];
};

template <int kCount, typename Number>
__device__ Pack<Number, kCount> load(const Number* from)
{
    return *reinterpret_cast<const Pack<Number, kCount>*>(from);
}

template <int kCount, typename Number>
__device__ void store(const Pack<Number, kCount>& pack, Number* to)
{
    *reinterpret_cast<Pack<Number, kCount>*>(to) = pack;
}

/// Numbers of the type in 16 bytes.
template <typename Number>
inline constexpr int kPack = 16 / int(sizeof(Number));

/// Whether rows of this width can be read in packs of `count` numbers from all of these addresses; null is no address.
template <typename... Pointers>
bool isPackable(std::int64_t width, int count, Pointers... pointers)
{
    return width % count == 0 && ((reinterpret_cast<std::uintptr_t>(pointers) % 16 == 0) && ...);
}

__device__ inline int laneIndex() { return int(threadIdx.x) % kWarp; }
__device__ inline int warpIndex() { return int(threadIdx.x) / kWarp; }
__device__ inline int warpsOfBlock() { return int(blockDim.x) / kWarp; }

/// The same bits in every lane: both sides of each exchange add the same two numbers.
template <typename Number>
__device__ Number warpSum(Number number)
{
    for (int distance = kWarp / 2; distance > 0; distance /= 2) number += __shfl_xor_sync(kAllLanes, number, distance);
    return number;
}

__device__ inline float warpMax(float number)
{
    for (int distance = kWarp / 2; distance > 0; distance /= 2)
        number = fmaxf(number, __shfl_xor_sync(kAllLanes, number, distance));
    return number;
}

/// The block's dynamic shared memory, 16-byte aligned; its contents are undefined when the block starts.
template <typename Number>
__device__ Number* sharedMemory()
{
#ifdef __CUDACC__
    extern __shared__ __align__(16) unsigned char memory[];
    return reinterpret_cast<Number*>(memory);
#else
    return static_cast<Number*>(shim::sharedMemory());
#endif
}

/// The sum over the block in every thread. `scratch`: a number a warp in shared memory.
template <typename Number>
__device__ Number blockSum(Number number, Number* scratch)
{
    number = warpSum(number);
    __syncthreads();  // an earlier sum may still be read
    if (laneIndex() == 0) scratch[warpIndex()] = number;
    __syncthreads();
    return warpSum(laneIndex() < warpsOfBlock() ? scratch[laneIndex()] : Number(0));
}

/// Threads for `items` units of work of a block: whole warps, at most `most`.
inline int threadsFor(std::int64_t items, int most)
{
    const std::int64_t warps = (items + kWarp - 1) / kWarp;
    return warps * kWarp < most ? int(warps < 1 ? 1 : warps) * kWarp : most;
}

inline std::int64_t ceilDivide(std::int64_t numerator, std::int64_t denominator)
{
    return (numerator + denominator - 1) / denominator;
}

/// Blocks of a reduction over `items`, each of which takes a fixed share: the sum is the same on every device.
inline std::int64_t reductionBlocks(std::int64_t items, std::int64_t itemsOfBlock)
{
    const std::int64_t blocks = ceilDivide(items, itemsOfBlock);
    return blocks < 1 ? 1 : blocks < kPartials ? blocks : kPartials;
}

#ifdef __CUDACC__
/// kernel<<<blocks, threads, sharedBytes, stream>>>(arguments...); no block: nothing to do.
template <typename... Parameters, typename... Arguments>
LaunchStatus launch(void (*kernel)(Parameters...), std::int64_t blocks, int threads, std::size_t sharedBytes, Stream stream,
                    const Arguments&... arguments)
{
    if (blocks == 0) return cudaSuccess;
    kernel<<<static_cast<unsigned>(blocks), static_cast<unsigned>(threads), sharedBytes, static_cast<cudaStream_t>(stream)>>>(
        static_cast<Parameters>(arguments)...);
    return cudaGetLastError();
}
#endif

}  // namespace moebel::kernels::cuda
