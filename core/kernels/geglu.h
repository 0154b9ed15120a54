// GeGLU: activated = gelu(gate) * up, and its gradient with the weight that a router gave to each row. Number: float or
// BFloat16.
#pragma once

#include <cstdint>

#include "kernels/gated_unit.h"
#include "kernels/stream.h"

namespace moebel::kernels
{

/// `values` numbers; gelu in its tanh form (Gemma's gelu_pytorch_tanh).
template <typename Number>
void geglu(const Number* gate, const Number* up, std::int64_t values, Number* activated);

template <typename Number>
void gegluBackward(const GatedBackward<Number>& pass, std::int64_t rows, std::int64_t innerWidth);

extern template void geglu(const float*, const float*, std::int64_t, float*);
extern template void geglu(const BFloat16*, const BFloat16*, std::int64_t, BFloat16*);
extern template void gegluBackward(const GatedBackward<float>&, std::int64_t, std::int64_t);
extern template void gegluBackward(const GatedBackward<BFloat16>&, std::int64_t, std::int64_t);

namespace cuda
{

template <typename Number>
LaunchStatus geglu(const Number* gate, const Number* up, std::int64_t values, Number* activated, Stream stream);
template <typename Number>
LaunchStatus gegluBackward(const GatedBackward<Number>& pass, std::int64_t rows, std::int64_t innerWidth, Stream stream);

}  // namespace cuda
}  // namespace moebel::kernels
