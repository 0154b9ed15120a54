// Rows of a gated unit on the CPU, for the functions that are compiled for several instruction sets.
#pragma once

#include <cstdint>

#include "kernels/gated_unit.h"
#include "kernels/vector_math.h"

namespace moebel::kernels
{

/// One row of what the backward pass reads and makes.
template <typename Number>
struct GatedRow {
    const Number* gate;
    const Number* up;
    const Number* dactivated;
    Number* dgate;
    Number* dup;
    Number* weighted;
};

template <typename Activation, typename Number>
[[gnu::always_inline]] inline void gatedForward(const Number* gate, const Number* up, std::int64_t values, Number* activated)
{
#pragma omp simd
    for (std::int64_t i = 0; i < values; ++i) {
        const float g = toFloat(gate[i]);
        put(g * vectorSigmoid(Activation::argument(g)) * toFloat(up[i]), activated[i]);
    }
}

template <typename Activation, bool kWantsWeighted, typename Number>
[[gnu::always_inline]] inline float gatedBackwardRow(const GatedRow<Number>& row, float weight, std::int64_t width)
{
    float dweight = 0;
#pragma omp simd reduction(+ : dweight)
    for (std::int64_t f = 0; f < width; ++f) {
        const float g = toFloat(row.gate[f]), u = toFloat(row.up[f]), da = toFloat(row.dactivated[f]);
        const float sigmoid = vectorSigmoid(Activation::argument(g));
        const float activated = g * sigmoid;
        dweight += da * activated * u;
        if constexpr (kWantsWeighted) put(weight * activated * u, row.weighted[f]);
        put(weight * da * u * sigmoid * (1.0F + g * (1.0F - sigmoid) * Activation::slope(g)), row.dgate[f]);
        put(weight * da * activated, row.dup[f]);
    }
    return dweight;
}

/// Every row of a pass; `plain` and `weighted` are the two forms of gatedBackwardRow.
template <typename Number, typename BackwardRow>
void gatedBackward(const GatedBackward<Number>& pass, std::int64_t rows, std::int64_t innerWidth, BackwardRow plain,
                   BackwardRow weighted)
{
    for (std::int64_t r = 0; r < rows; ++r) {
        const std::int64_t at = r * innerWidth;
        const bool wantsWeighted = pass.weighted_RF != nullptr;
        const GatedRow<Number> row{pass.gate_RF + at,  pass.up_RF + at,  pass.dactivated_RF + at,
                                   pass.dgate_RF + at, pass.dup_RF + at, wantsWeighted ? pass.weighted_RF + at : nullptr};
        const float weight = pass.weight_R == nullptr ? 1.0F : pass.weight_R[r];
        const float dweight = (wantsWeighted ? weighted : plain)(row, weight, innerWidth);
        if (pass.dweight_R != nullptr) pass.dweight_R[r] = dweight;
    }
}

}  // namespace moebel::kernels
