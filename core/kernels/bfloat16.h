// bf16 numbers as the upper halves of fp32 numbers. They are only stored: all arithmetic is done in fp32.
#pragma once

#include <bit>
#include <cstdint>

namespace moebel::kernels
{

struct BFloat16 {
    std::uint16_t bits = 0;
};

constexpr float toFloat(float number) { return number; }
constexpr float toFloat(BFloat16 number) { return std::bit_cast<float>(std::uint32_t(number.bits) << 16); }

/// Rounds to the nearest number, halves to the even one; NaN stays NaN.
constexpr void put(float number, float& to) { to = number; }
constexpr void put(float number, BFloat16& to)
{
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(number);
    const std::uint32_t rounded = (bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16;
    to.bits = static_cast<std::uint16_t>(number != number ? 0x7FC0U : rounded);
}

}  // namespace moebel::kernels
