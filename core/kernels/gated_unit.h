// Gated units, SwiGLU and GeGLU: activated = act(gate) * up, and the gradient with the weight that a router gave to each row.
// Both are gate * sigmoid(s(gate)) * up and differ in s alone, their Activation. Number: float or BFloat16.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"
#include "kernels/stream.h"

namespace moebel::kernels
{

/// SwiGLU: silu(x) = x * sigmoid(x).
struct Silu {
    static constexpr float argument(float x) { return x; }
    static constexpr float slope(float) { return 1.0F; }  ///< of the argument
};

/// GeGLU, in its tanh form (Gemma's gelu_pytorch_tanh): gelu(x) = x / 2 * (1 + tanh(u)) = x * sigmoid(2 u), u = sqrt(2 / pi) *
/// (x + 0.044715 x^3).
struct GeluTanh {
    static constexpr float kTwice = 1.5957691216057308F, kCubic = 0.044715F;
    /// Beyond 10 the sigmoid is 0 or 1 in fp32, and x^3 would overflow.
    static constexpr float limited(float x) { return x > 10.0F ? 10.0F : x < -10.0F ? -10.0F : x; }
    static constexpr float argument(float x) { return kTwice * limited(x) * (1.0F + kCubic * limited(x) * limited(x)); }
    static constexpr float slope(float x) { return kTwice * (1.0F + 3.0F * kCubic * limited(x) * limited(x)); }
};

/// What the backward pass of some rows of one feed-forward network needs and makes; F its inner width. Number: float or
/// BFloat16.
template <typename Number>
struct GatedBackward {
    const Number* gate_RF = nullptr;
    const Number* up_RF = nullptr;
    const Number* dactivated_RF = nullptr;  ///< gradient before the row's weight: dy . down
    const float* weight_R = nullptr;        ///< the router's weight of each row; null: 1
    Number* dgate_RF = nullptr;             ///< may be dactivated_RF
    Number* dup_RF = nullptr;
    Number* weighted_RF = nullptr;  ///< weight * activated, for the gradient of the down projection; null: not wanted
    float* dweight_R = nullptr;     ///< gradient of the router's weight: dactivated . activated; null: not wanted
};

/// `values` numbers.
template <typename Activation, typename Number>
void gatedUnit(const Number* gate, const Number* up, std::int64_t values, Number* activated);
template <typename Activation, typename Number>
void gatedUnitBackward(const GatedBackward<Number>& pass, std::int64_t rows, std::int64_t innerWidth);

namespace cuda
{

template <typename Activation, typename Number>
LaunchStatus gatedUnit(const Number* gate, const Number* up, std::int64_t values, Number* activated, Stream stream);
template <typename Activation, typename Number>
LaunchStatus gatedUnitBackward(const GatedBackward<Number>& pass, std::int64_t rows, std::int64_t innerWidth, Stream stream);

}  // namespace cuda
}  // namespace moebel::kernels
