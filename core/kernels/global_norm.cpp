#include "kernels/global_norm.h"

#include <cmath>
#include <limits>

#include "kernels/vector_math.h"

namespace moebel::kernels
{
namespace
{

template <typename Number>
[[gnu::always_inline]] inline double sumOfSquaresBody(const Number* numbers, std::int64_t size)
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = 0; i < size; ++i) sum += double(toFloat(numbers[i])) * double(toFloat(numbers[i]));
    return sum;
}

// Templates cannot be compiled for several instruction sets, so that each type has its functions.
MOEBEL_VECTOR_CLONES
double sumOfSquares(const float* numbers, std::int64_t size) { return sumOfSquaresBody(numbers, size); }
MOEBEL_VECTOR_CLONES
double sumOfSquares(const BFloat16* numbers, std::int64_t size) { return sumOfSquaresBody(numbers, size); }

}  // namespace

template <typename Number>
void globalNorm(const NumberSpan<Number>* spans, std::int64_t count, double most, float* norm, float* scale)
{
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) sum += sumOfSquares(spans[i].data, spans[i].size);
    const double root = std::sqrt(sum);
    *norm = float(root);
    *scale = !std::isfinite(root)      ? std::numeric_limits<float>::quiet_NaN()
             : most > 0 && root > most ? float(most / root)
                                       : 1.0F;
}

template void globalNorm(const NumberSpan<float>*, std::int64_t, double, float*, float*);
template void globalNorm(const NumberSpan<BFloat16>*, std::int64_t, double, float*, float*);

}  // namespace moebel::kernels
