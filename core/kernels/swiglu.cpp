#include "kernels/swiglu.h"

#include "kernels/gated_row.h"

namespace moebel::kernels
{
namespace
{

// Templates cannot be compiled for several instruction sets, so that each type has its functions.
MOEBEL_VECTOR_CLONES
void forwardNumbers(const float* gate, const float* up, std::int64_t values, float* activated)
{
    gatedForward<Silu>(gate, up, values, activated);
}
MOEBEL_VECTOR_CLONES
void forwardNumbers(const BFloat16* gate, const BFloat16* up, std::int64_t values, BFloat16* activated)
{
    gatedForward<Silu>(gate, up, values, activated);
}
MOEBEL_VECTOR_CLONES
float backwardRow(const GatedRow<float>& row, float weight, std::int64_t width)
{
    return gatedBackwardRow<Silu, false>(row, weight, width);
}
MOEBEL_VECTOR_CLONES
float backwardRow(const GatedRow<BFloat16>& row, float weight, std::int64_t width)
{
    return gatedBackwardRow<Silu, false>(row, weight, width);
}
MOEBEL_VECTOR_CLONES
float backwardRowWeighted(const GatedRow<float>& row, float weight, std::int64_t width)
{
    return gatedBackwardRow<Silu, true>(row, weight, width);
}
MOEBEL_VECTOR_CLONES
float backwardRowWeighted(const GatedRow<BFloat16>& row, float weight, std::int64_t width)
{
    return gatedBackwardRow<Silu, true>(row, weight, width);
}

}  // namespace

template <typename Number>
void swiglu(const Number* gate, const Number* up, std::int64_t values, Number* activated)
{
    forwardNumbers(gate, up, values, activated);
}

template <typename Number>
void swigluBackward(const GatedBackward<Number>& pass, std::int64_t rows, std::int64_t innerWidth)
{
    using BackwardRow = float (*)(const GatedRow<Number>&, float, std::int64_t);
    gatedBackward<Number, BackwardRow>(pass, rows, innerWidth, backwardRow, backwardRowWeighted);
}

template void swiglu(const float*, const float*, std::int64_t, float*);
template void swiglu(const BFloat16*, const BFloat16*, std::int64_t, BFloat16*);
template void swigluBackward(const GatedBackward<float>&, std::int64_t, std::int64_t);
template void swigluBackward(const GatedBackward<BFloat16>&, std::int64_t, std::int64_t);

}  // namespace moebel::kernels
