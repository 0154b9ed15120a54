#include "kernels/gated_unit.cuh"
#include "kernels/geglu.h"

namespace moebel::kernels::cuda
{

template <typename Number>
LaunchStatus geglu(const Number* gate, const Number* up, std::int64_t values, Number* activated, Stream stream)
{
    return gatedForward<GeluTanh>(gate, up, values, activated, stream);
}

template <typename Number>
LaunchStatus gegluBackward(const GatedBackward<Number>& pass, std::int64_t rows, std::int64_t innerWidth, Stream stream)
{
    return gatedBackward<GeluTanh>(pass, rows, innerWidth, stream);
}

template LaunchStatus geglu(const float*, const float*, std::int64_t, float*, Stream);
template LaunchStatus geglu(const BFloat16*, const BFloat16*, std::int64_t, BFloat16*, Stream);
template LaunchStatus gegluBackward(const GatedBackward<float>&, std::int64_t, std::int64_t, Stream);
template LaunchStatus gegluBackward(const GatedBackward<BFloat16>&, std::int64_t, std::int64_t, Stream);

}  // namespace moebel::kernels::cuda
