// CUDA C++ on the CPU: included before a .cu file, it lets a C++ compiler compile and run the very kernels that nvcc compiles.
//
// A block's threads are fibers of one thread of the CPU. They run one at a time, each until it waits for others: at
// __syncthreads, or at a shuffle or vote of its warp. Blocks run one after the other. In which order is chosen by the test
// (shim::Order): a kernel whose result differs between orders has a race. Memory errors are found by building with
// AddressSanitizer; shared memory has the size of the launch and holds NaNs when a block starts.
//
// A launch ends with a message and abort() where a GPU's behaviour would be undefined: threads of a block wait at different
// barriers or some leave while others wait, lanes of a warp wait at different calls or with different masks.
#pragma once

#include <math.h>

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <source_location>
#include <type_traits>

#include "tests/support/thread_order.h"

#define __global__
#define __device__
#define __launch_bounds__(...)
#define __grid_constant__

struct uint3 {
    unsigned x = 0, y = 0, z = 0;
};

// Of the thread that runs now.
inline uint3 threadIdx, blockIdx, blockDim, gridDim;

inline constexpr int cudaSuccess = 0, cudaErrorInvalidValue = 1;

namespace shim
{

/// Runs `thread` for every thread of every block.
void runGrid(std::int64_t blocks, int threads, std::size_t sharedBytes, const std::function<void()>& thread);

/// The running block's dynamic shared memory.
void* sharedMemory();

void waitForBlock(const std::source_location& at);

/// What a lane gives to its warp and asks of it.
struct Exchange {
    std::uint64_t given = 0;     ///< bits of the number
    int from = 0;                ///< the lane whose number is wanted
    std::uint64_t received = 0;  ///< bits of that lane's number
    bool wantsEqualLanes = false;
    std::uint32_t equalLanes = 0;  ///< lanes that gave the same bits
};

/// Waits for the lanes of the mask, then fills in what was received.
void waitForWarp(unsigned mask, Exchange& exchange, const std::source_location& at);

template <typename Number>
Number shuffled(unsigned mask, Number number, int from, const std::source_location& at)
{
    static_assert(sizeof(Number) <= sizeof(std::uint64_t) && std::is_trivially_copyable_v<Number>);
    Exchange exchange;
    std::memcpy(&exchange.given, &number, sizeof(Number));
    exchange.from = from;
    waitForWarp(mask, exchange, at);
    std::memcpy(&number, &exchange.received, sizeof(Number));
    return number;
}

inline int lane() { return int(threadIdx.x % 32); }

}  // namespace shim

inline void __syncthreads(const std::source_location& at = std::source_location::current()) { shim::waitForBlock(at); }

inline void __syncwarp(unsigned mask = 0xFFFFFFFFU, const std::source_location& at = std::source_location::current())
{
    shim::shuffled(mask, 0, shim::lane(), at);
}

template <typename Number>
Number __shfl_sync(unsigned mask, Number number, int from, const std::source_location& at = std::source_location::current())
{
    return shim::shuffled(mask, number, from % 32, at);
}

template <typename Number>
Number __shfl_xor_sync(unsigned mask, Number number, int bits, const std::source_location& at = std::source_location::current())
{
    return shim::shuffled(mask, number, shim::lane() ^ bits, at);
}

template <typename Number>
Number __shfl_up_sync(unsigned mask, Number number, unsigned distance,
                      const std::source_location& at = std::source_location::current())
{
    return shim::shuffled(mask, number, shim::lane() < int(distance) ? shim::lane() : shim::lane() - int(distance), at);
}

/// The lanes that hold the same number.
template <typename Number>
unsigned __match_any_sync(unsigned mask, Number number, const std::source_location& at = std::source_location::current())
{
    shim::Exchange exchange;
    std::memcpy(&exchange.given, &number, sizeof(Number));
    exchange.from = shim::lane();
    exchange.wantsEqualLanes = true;
    shim::waitForWarp(mask, exchange, at);
    return exchange.equalLanes;
}

inline unsigned __ballot_sync(unsigned mask, int predicate, const std::source_location& at = std::source_location::current())
{
    const unsigned same = __match_any_sync(mask, predicate != 0, at);
    return predicate != 0 ? same : mask & ~same;
}

inline int __popc(unsigned bits) { return std::popcount(bits); }

template <typename Number>
Number atomicAdd(Number* to, std::type_identity_t<Number> number)
{
    const Number before = *to;
    *to += number;
    return before;
}

struct __nv_bfloat16 {
    std::uint16_t bits;
};
/// Nearest, halves to even; NaN stays NaN.
inline __nv_bfloat16 __float2bfloat16_rn(float number)
{
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(number);
    if (number != number) return {0x7FFF};
    return {static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16)};
}
inline std::uint16_t __bfloat16_as_ushort(__nv_bfloat16 number) { return number.bits; }

namespace moebel::kernels::cuda
{

template <typename... Parameters, typename... Arguments>
int launch(void (*kernel)(Parameters...), std::int64_t blocks, int threads, std::size_t sharedBytes, void* /*stream*/,
           const Arguments&... arguments)
{
    shim::runGrid(blocks, threads, sharedBytes, [&] { kernel(static_cast<Parameters>(arguments)...); });
    return cudaSuccess;
}

}  // namespace moebel::kernels::cuda
