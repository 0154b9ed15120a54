// Exponential and sigmoid that compilers turn into vector code: no branch, no call, no table.
#pragma once

#include <bit>
#include <cstdint>

namespace moebel::kernels
{

/// exp(x) to about 2 units in the last place; 0 below -87, exp(88) above 88; NaN stays NaN.
/// Cody-Waite reduction to |r| <= ln(2)/2 and the polynomial of Cephes' expf.
inline float vectorExp(float x)
{
    const bool vanishes = x < -87.0F;
    x = x > 88.0F ? 88.0F : x;
    x = vanishes ? -87.0F : x;
    constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it rounds to a whole number, which stands in the low bits
    const float shifted = x * 1.44269504F + kRound;
    const float whole = shifted - kRound;
    const float r = (x - whole * 0.693359375F) + whole * 2.12194440e-4F;
    float p = 1.9875691500e-4F;
    p = p * r + 1.3981999507e-3F;
    p = p * r + 8.3334519073e-3F;
    p = p * r + 4.1665795894e-2F;
    p = p * r + 1.6666665459e-1F;
    p = p * r + 5.0000001201e-1F;
    p = p * (r * r) + r + 1.0F;
    const std::uint32_t exponent = (std::bit_cast<std::uint32_t>(shifted) - 0x4B400000U + 127U) << 23;
    return vanishes ? 0.0F : p * std::bit_cast<float>(exponent);
}

inline float vectorSigmoid(float x) { return 1.0F / (1.0F + vectorExp(-x)); }

}  // namespace moebel::kernels

/// One function, compiled for several instruction sets; the best one is chosen when the program starts.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define MOEBEL_VECTOR_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MOEBEL_VECTOR_CLONES
#endif
