#include "kernels/gated_unit.h"

#include "kernels/vector_math.h"

namespace moebel::kernels
{
namespace
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

// Templates cannot be compiled for several instruction sets, so that each activation and type has its functions.
#define MOEBEL_GATED_ROWS(Activation, Number)                                                                                 \
    MOEBEL_VECTOR_CLONES void forwardNumbers(Activation, const Number* gate, const Number* up, std::int64_t values,           \
                                             Number* activated)                                                               \
    {                                                                                                                         \
        gatedForward<Activation>(gate, up, values, activated);                                                                \
    }                                                                                                                         \
    MOEBEL_VECTOR_CLONES float backwardRow(Activation, const GatedRow<Number>& row, float weight, std::int64_t width)         \
    {                                                                                                                         \
        return gatedBackwardRow<Activation, false>(row, weight, width);                                                       \
    }                                                                                                                         \
    MOEBEL_VECTOR_CLONES float weightedBackwardRow(Activation, const GatedRow<Number>& row, float weight, std::int64_t width) \
    {                                                                                                                         \
        return gatedBackwardRow<Activation, true>(row, weight, width);                                                        \
    }
MOEBEL_GATED_ROWS(Silu, float)
MOEBEL_GATED_ROWS(Silu, BFloat16)
MOEBEL_GATED_ROWS(GeluTanh, float)
MOEBEL_GATED_ROWS(GeluTanh, BFloat16)
#undef MOEBEL_GATED_ROWS

}  // namespace

template <typename Activation, typename Number>
void gatedUnit(const Number* gate, const Number* up, std::int64_t values, Number* activated)
{
    forwardNumbers(Activation(), gate, up, values, activated);
}

template <typename Activation, typename Number>
void gatedUnitBackward(const GatedBackward<Number>& pass, std::int64_t rows, std::int64_t innerWidth)
{
    const bool wantsWeighted = pass.weighted_RF != nullptr;
    for (std::int64_t r = 0; r < rows; ++r) {
        const std::int64_t at = r * innerWidth;
        const GatedRow<Number> row{pass.gate_RF + at,  pass.up_RF + at,  pass.dactivated_RF + at,
                                   pass.dgate_RF + at, pass.dup_RF + at, wantsWeighted ? pass.weighted_RF + at : nullptr};
        const float weight = pass.weight_R == nullptr ? 1.0F : pass.weight_R[r];
        const float dweight = wantsWeighted ? weightedBackwardRow(Activation(), row, weight, innerWidth)
                                            : backwardRow(Activation(), row, weight, innerWidth);
        if (pass.dweight_R != nullptr) pass.dweight_R[r] = dweight;
    }
}

template void gatedUnit<Silu>(const float*, const float*, std::int64_t, float*);
template void gatedUnit<Silu>(const BFloat16*, const BFloat16*, std::int64_t, BFloat16*);
template void gatedUnitBackward<Silu>(const GatedBackward<float>&, std::int64_t, std::int64_t);
template void gatedUnitBackward<Silu>(const GatedBackward<BFloat16>&, std::int64_t, std::int64_t);
template void gatedUnit<GeluTanh>(const float*, const float*, std::int64_t, float*);
template void gatedUnit<GeluTanh>(const BFloat16*, const BFloat16*, std::int64_t, BFloat16*);
template void gatedUnitBackward<GeluTanh>(const GatedBackward<float>&, std::int64_t, std::int64_t);
template void gatedUnitBackward<GeluTanh>(const GatedBackward<BFloat16>&, std::int64_t, std::int64_t);

}  // namespace moebel::kernels
