// SwiGLU: activated = silu(gate) * up, and its gradient with the weight that a router gave to each row. Number: float or
// BFloat16.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"

namespace moebel::kernels
{

/// `values` numbers; silu(x) = x * sigmoid(x).
template <typename Number>
void swiglu(const Number* gate, const Number* up, std::int64_t values, Number* activated);

/// What the backward pass of some rows of one feed-forward network needs and makes; F its inner width.
template <typename Number>
struct SwigluBackward {
    const Number* gate_RF = nullptr;
    const Number* up_RF = nullptr;
    const Number* dactivated_RF = nullptr;  ///< gradient before the row's weight: dy . down
    const float* weight_R = nullptr;        ///< the router's weight of each row; null: 1
    Number* dgate_RF = nullptr;             ///< may be dactivated_RF
    Number* dup_RF = nullptr;
    Number* weighted_RF = nullptr;  ///< weight * activated, for the gradient of the down projection; null: not wanted
    float* dweight_R = nullptr;     ///< gradient of the router's weight: dactivated . activated; null: not wanted
};
template <typename Number>
void swigluBackward(const SwigluBackward<Number>& pass, std::int64_t rows, std::int64_t innerWidth);

extern template void swiglu(const float*, const float*, std::int64_t, float*);
extern template void swiglu(const BFloat16*, const BFloat16*, std::int64_t, BFloat16*);
extern template void swigluBackward(const SwigluBackward<float>&, std::int64_t, std::int64_t);
extern template void swigluBackward(const SwigluBackward<BFloat16>&, std::int64_t, std::int64_t);

}  // namespace moebel::kernels
