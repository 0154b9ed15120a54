// What the CUDA twins' signatures share, without CUDA's headers.
//
// Every header of this folder declares an operation twice: in `moebel::kernels` the CPU twin, in `moebel::kernels::cuda` the
// CUDA one. Both take the same plain pointers and sizes; the CUDA twin's point to memory of the device, its last argument is
// the stream, and it returns before the work is done. All arithmetic is in fp32 (sums of losses, norms and statistics in fp64)
// whatever the type of the numbers, and no sum depends on the order in which threads happen to run.
#pragma once

#include <cstdint>

namespace moebel::kernels::cuda
{

/// A cudaStream_t; null: the default stream.
using Stream = void*;

/// A cudaError_t of the launch, 0: launched. Faults while a kernel runs are seen by the next synchronisation.
using LaunchStatus = int;

/// fp64 numbers of device memory that a reduction needs as its `partials`, whatever its size.
inline constexpr std::int64_t kPartials = 1024;

}  // namespace moebel::kernels::cuda
