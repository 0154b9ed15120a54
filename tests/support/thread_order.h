// In which order the threads of a kernel run on the execution shim.
#pragma once

#include <cstdint>

namespace shim
{

enum class Order { Forward, Reverse, Shuffled };

/// The order of blocks, warps and lanes in later launches; `seed` is that of Shuffled.
void setOrder(Order order, std::uint64_t seed = 1);

}  // namespace shim
