// The norm of all gradients together, and the factor that clips them to it. Number: float or BFloat16.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"
#include "kernels/stream.h"

namespace moebel::kernels
{

/// One tensor of many.
template <typename Number>
struct NumberSpan {
    const Number* data = nullptr;
    std::int64_t size = 0;
};

/// norm[0] = sqrt(sum of squares over all spans), summed in fp64; scale[0] = min(1, most / norm), NaN where the norm is not
/// finite, so that adamW makes no step. `most` 0: scale 1 where the norm is finite.
template <typename Number>
void globalNorm(const NumberSpan<Number>* spans, std::int64_t count, double most, float* norm, float* scale);

extern template void globalNorm(const NumberSpan<float>*, std::int64_t, double, float*, float*);
extern template void globalNorm(const NumberSpan<BFloat16>*, std::int64_t, double, float*, float*);

namespace cuda
{

/// `spans`: in the host's memory, their data on the device. `partials`: kPartials numbers.
template <typename Number>
LaunchStatus globalNorm(const NumberSpan<Number>* spans, std::int64_t count, double most, float* norm, float* scale,
                        double* partials, Stream stream);

}  // namespace cuda
}  // namespace moebel::kernels
