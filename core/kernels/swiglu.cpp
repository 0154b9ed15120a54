#include "kernels/swiglu.h"

#include "kernels/vector_math.h"

namespace moebel::kernels
{
namespace
{

MOEBEL_VECTOR_CLONES
float backwardRow(const float* gate, const float* up, const float* dactivated, float weight, std::int64_t width, float* dgate,
                  float* dup)
{
    float dweight = 0;
#pragma omp simd reduction(+ : dweight)
    for (std::int64_t f = 0; f < width; ++f) {
        const float g = gate[f], u = up[f], da = dactivated[f];
        const float sigmoid = vectorSigmoid(g);
        const float silu = g * sigmoid;
        dweight += da * silu * u;
        dgate[f] = weight * da * u * sigmoid * (1.0F + g * (1.0F - sigmoid));
        dup[f] = weight * da * silu;
    }
    return dweight;
}

MOEBEL_VECTOR_CLONES
float backwardRow(const float* gate, const float* up, const float* dactivated, float weight, std::int64_t width, float* dgate,
                  float* dup, float* weighted)
{
    float dweight = 0;
#pragma omp simd reduction(+ : dweight)
    for (std::int64_t f = 0; f < width; ++f) {
        const float g = gate[f], u = up[f], da = dactivated[f];
        const float sigmoid = vectorSigmoid(g);
        const float silu = g * sigmoid;
        dweight += da * silu * u;
        weighted[f] = weight * silu * u;
        dgate[f] = weight * da * u * sigmoid * (1.0F + g * (1.0F - sigmoid));
        dup[f] = weight * da * silu;
    }
    return dweight;
}

}  // namespace

MOEBEL_VECTOR_CLONES
void swiglu(const float* gate, const float* up, std::int64_t values, float* activated)
{
#pragma omp simd
    for (std::int64_t i = 0; i < values; ++i) activated[i] = gate[i] * vectorSigmoid(gate[i]) * up[i];
}

void swigluBackward(const SwigluBackward& pass, std::int64_t rows, std::int64_t innerWidth)
{
    for (std::int64_t row = 0; row < rows; ++row) {
        const std::int64_t at = row * innerWidth;
        const float weight = pass.weight_R == nullptr ? 1.0F : pass.weight_R[row];
        const float dweight = pass.weighted_RF == nullptr
                                  ? backwardRow(pass.gate_RF + at, pass.up_RF + at, pass.dactivated_RF + at, weight, innerWidth,
                                                pass.dgate_RF + at, pass.dup_RF + at)
                                  : backwardRow(pass.gate_RF + at, pass.up_RF + at, pass.dactivated_RF + at, weight, innerWidth,
                                                pass.dgate_RF + at, pass.dup_RF + at, pass.weighted_RF + at);
        if (pass.dweight_R != nullptr) pass.dweight_R[row] = dweight;
    }
}

}  // namespace moebel::kernels
