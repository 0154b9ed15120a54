// SwiGLU: activated = silu(gate) * up, and its gradient with the weight that a router gave to each row.
#pragma once

#include <cstdint>

namespace moebel::kernels
{

/// `values` numbers; silu(x) = x * sigmoid(x).
void swiglu(const float* gate, const float* up, std::int64_t values, float* activated);

/// What the backward pass of some rows of one feed-forward network needs and makes; F its inner width.
struct SwigluBackward {
    const float* gate_RF = nullptr;
    const float* up_RF = nullptr;
    const float* dactivated_RF = nullptr;  ///< gradient before the row's weight: dy . down
    const float* weight_R = nullptr;       ///< the router's weight of each row; null: 1
    float* dgate_RF = nullptr;             ///< may be dactivated_RF
    float* dup_RF = nullptr;
    float* weighted_RF = nullptr;  ///< weight * activated, for the gradient of the down projection; null: not wanted
    float* dweight_R = nullptr;    ///< gradient of the router's weight: dactivated . activated; null: not wanted
};
void swigluBackward(const SwigluBackward& pass, std::int64_t rows, std::int64_t innerWidth);

}  // namespace moebel::kernels
