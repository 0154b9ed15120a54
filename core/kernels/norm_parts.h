// How the device splits the rows of a norm while it sums the gradient of its weight.
#pragma once

#include <algorithm>
#include <cstdint>

namespace moebel::kernels::cuda
{

/// Parts, at least 1; they depend on the number of rows alone, so that the sum is the same on every device.
constexpr std::int64_t normWeightParts(std::int64_t rows)
{
    constexpr std::int64_t kRowsOfPart = 64, kMost = 256;
    return std::clamp((rows + kRowsOfPart - 1) / kRowsOfPart, std::int64_t(1), kMost);
}

}  // namespace moebel::kernels::cuda
