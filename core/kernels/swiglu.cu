#include "kernels/gated_unit.cuh"
#include "kernels/swiglu.h"

namespace moebel::kernels::cuda
{

template <typename Number>
LaunchStatus swiglu(const Number* gate, const Number* up, std::int64_t values, Number* activated, Stream stream)
{
    return gatedForward<Silu>(gate, up, values, activated, stream);
}

template <typename Number>
LaunchStatus swigluBackward(const GatedBackward<Number>& pass, std::int64_t rows, std::int64_t innerWidth, Stream stream)
{
    return gatedBackward<Silu>(pass, rows, innerWidth, stream);
}

template LaunchStatus swiglu(const float*, const float*, std::int64_t, float*, Stream);
template LaunchStatus swiglu(const BFloat16*, const BFloat16*, std::int64_t, BFloat16*, Stream);
template LaunchStatus swigluBackward(const GatedBackward<float>&, std::int64_t, std::int64_t, Stream);
template LaunchStatus swigluBackward(const GatedBackward<BFloat16>&, std::int64_t, std::int64_t, Stream);

}  // namespace moebel::kernels::cuda
