// The residual sum in front of a norm, for the CPU twins of both norms.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"
#include "kernels/vector_math.h"

namespace moebel::kernels
{

/// Row t of h = x + delta, rounded to the type of the numbers; x itself where `delta_TD` is null.
template <typename Number>
const Number* residualSum(const Number* x, const Number* delta_TD, Number* h_TD, std::int64_t t, std::int64_t width)
{
    if (delta_TD == nullptr) return x;
    const Number* delta = delta_TD + t * width;
    Number* h = h_TD + t * width;
#pragma omp simd
    for (std::int64_t d = 0; d < width; ++d) put(toFloat(x[d]) + toFloat(delta[d]), h[d]);
    return h;
}

}  // namespace moebel::kernels
