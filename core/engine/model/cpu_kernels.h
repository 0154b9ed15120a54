// The CPU twins as a table of kernels. They share out their rows between LibTorch's threads; inside a parallel region they
// compute in the thread that called.
#pragma once

#include "kernels/kernel_table.h"

namespace moebel
{

/// Null where the engine uses LibTorch's operators on the CPU (core/kernels/README.md).
kernels::KernelTable cpuKernels();

}  // namespace moebel
