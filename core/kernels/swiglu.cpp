#include "kernels/swiglu.h"

#include "kernels/vector_math.h"

namespace moebel::kernels
{
namespace
{

/// One row of what the backward pass reads and makes.
template <typename Number>
struct Row {
    const Number* gate;
    const Number* up;
    const Number* dactivated;
    Number* dgate;
    Number* dup;
    Number* weighted;
};

template <typename Number>
[[gnu::always_inline]] inline void forwardBody(const Number* gate, const Number* up, std::int64_t values, Number* activated)
{
#pragma omp simd
    for (std::int64_t i = 0; i < values; ++i) {
        const float g = toFloat(gate[i]);
        put(g * vectorSigmoid(g) * toFloat(up[i]), activated[i]);
    }
}

template <bool kWantsWeighted, typename Number>
[[gnu::always_inline]] inline float backwardBody(const Row<Number>& row, float weight, std::int64_t width)
{
    float dweight = 0;
#pragma omp simd reduction(+ : dweight)
    for (std::int64_t f = 0; f < width; ++f) {
        const float g = toFloat(row.gate[f]), u = toFloat(row.up[f]), da = toFloat(row.dactivated[f]);
        const float sigmoid = vectorSigmoid(g);
        const float silu = g * sigmoid;
        dweight += da * silu * u;
        if constexpr (kWantsWeighted) put(weight * silu * u, row.weighted[f]);
        put(weight * da * u * sigmoid * (1.0F + g * (1.0F - sigmoid)), row.dgate[f]);
        put(weight * da * silu, row.dup[f]);
    }
    return dweight;
}

// Templates cannot be compiled for several instruction sets, so that each type has its functions.
MOEBEL_VECTOR_CLONES
void forwardNumbers(const float* gate, const float* up, std::int64_t values, float* activated)
{
    forwardBody(gate, up, values, activated);
}
MOEBEL_VECTOR_CLONES
void forwardNumbers(const BFloat16* gate, const BFloat16* up, std::int64_t values, BFloat16* activated)
{
    forwardBody(gate, up, values, activated);
}
MOEBEL_VECTOR_CLONES
float backwardRow(const Row<float>& row, float weight, std::int64_t width) { return backwardBody<false>(row, weight, width); }
MOEBEL_VECTOR_CLONES
float backwardRow(const Row<BFloat16>& row, float weight, std::int64_t width)
{
    return backwardBody<false>(row, weight, width);
}
MOEBEL_VECTOR_CLONES
float backwardRowWeighted(const Row<float>& row, float weight, std::int64_t width)
{
    return backwardBody<true>(row, weight, width);
}
MOEBEL_VECTOR_CLONES
float backwardRowWeighted(const Row<BFloat16>& row, float weight, std::int64_t width)
{
    return backwardBody<true>(row, weight, width);
}

}  // namespace

template <typename Number>
void swiglu(const Number* gate, const Number* up, std::int64_t values, Number* activated)
{
    forwardNumbers(gate, up, values, activated);
}

template <typename Number>
void swigluBackward(const SwigluBackward<Number>& pass, std::int64_t rows, std::int64_t innerWidth)
{
    for (std::int64_t r = 0; r < rows; ++r) {
        const std::int64_t at = r * innerWidth;
        const bool wantsWeighted = pass.weighted_RF != nullptr;
        const Row<Number> row{pass.gate_RF + at,  pass.up_RF + at,  pass.dactivated_RF + at,
                              pass.dgate_RF + at, pass.dup_RF + at, wantsWeighted ? pass.weighted_RF + at : nullptr};
        const float weight = pass.weight_R == nullptr ? 1.0F : pass.weight_R[r];
        const float dweight =
            wantsWeighted ? backwardRowWeighted(row, weight, innerWidth) : backwardRow(row, weight, innerWidth);
        if (pass.dweight_R != nullptr) pass.dweight_R[r] = dweight;
    }
}

template void swiglu(const float*, const float*, std::int64_t, float*);
template void swiglu(const BFloat16*, const BFloat16*, std::int64_t, BFloat16*);
template void swigluBackward(const SwigluBackward<float>&, std::int64_t, std::int64_t);
template void swigluBackward(const SwigluBackward<BFloat16>&, std::int64_t, std::int64_t);

}  // namespace moebel::kernels
