#include "kernels/token_dispatch.h"

#include <algorithm>

#include "kernels/vector_math.h"

namespace moebel::kernels
{
namespace
{

template <typename Number>
[[gnu::always_inline]] inline void addScaledBody(const Number* from, float factor, std::int64_t width, float* to)
{
#pragma omp simd
    for (std::int64_t d = 0; d < width; ++d) to[d] += factor * toFloat(from[d]);
}

MOEBEL_VECTOR_CLONES
void addScaled(const float* from, float factor, std::int64_t width, float* to) { addScaledBody(from, factor, width, to); }
MOEBEL_VECTOR_CLONES
void addScaled(const BFloat16* from, float factor, std::int64_t width, float* to) { addScaledBody(from, factor, width, to); }

void copyRow(const float* from, std::int64_t width, float* to) { std::copy_n(from, width, to); }
MOEBEL_VECTOR_CLONES
void copyRow(const float* from, std::int64_t width, BFloat16* to)
{
#pragma omp simd
    for (std::int64_t d = 0; d < width; ++d) put(from[d], to[d]);
}

}  // namespace

void sortByExpert(const std::int64_t* expert_ids_TK, std::int64_t tokens, std::int64_t topK, std::int64_t experts,
                  std::int64_t* slot_of_row, std::int64_t* row_of_slot, std::int64_t* offsets)
{
    const std::int64_t slots = tokens * topK;
    std::fill(offsets, offsets + experts + 1, 0);
    for (std::int64_t slot = 0; slot < slots; ++slot) ++offsets[expert_ids_TK[slot] + 1];
    for (std::int64_t e = 0; e < experts; ++e) offsets[e + 1] += offsets[e];
    for (std::int64_t slot = 0; slot < slots; ++slot) {
        const std::int64_t row = offsets[expert_ids_TK[slot]]++;
        slot_of_row[row] = slot;
        row_of_slot[slot] = row;
    }
    std::copy_backward(offsets, offsets + experts, offsets + experts + 1);  // the starts moved by one expert: move them back
    offsets[0] = 0;
}

template <typename Number>
void gatherRows(const float* x_TD, const std::int64_t* slot_of_row, std::int64_t topK, std::int64_t width, std::int64_t begin,
                std::int64_t end, Number* rows)
{
    for (std::int64_t row = begin; row < end; ++row) copyRow(x_TD + slot_of_row[row] / topK * width, width, rows + row * width);
}

template <typename Number>
void gatherRowsBackward(const Number* drows, const std::int64_t* row_of_slot, std::int64_t topK, std::int64_t width,
                        std::int64_t begin, std::int64_t end, float* dx_TD)
{
    for (std::int64_t t = begin; t < end; ++t) {
        float* dx = dx_TD + t * width;
        std::fill_n(dx, width, 0.0F);
        for (std::int64_t k = 0; k < topK; ++k) addScaled(drows + row_of_slot[t * topK + k] * width, 1.0F, width, dx);
    }
}

template <typename Number>
void combineRows(const Number* rows, const float* weights_TK, const std::int64_t* row_of_slot, std::int64_t topK,
                 std::int64_t width, std::int64_t begin, std::int64_t end, float* y_TD)
{
    for (std::int64_t t = begin; t < end; ++t) {
        float* y = y_TD + t * width;
        std::fill_n(y, width, 0.0F);
        for (std::int64_t k = 0; k < topK; ++k)
            addScaled(rows + row_of_slot[t * topK + k] * width, weights_TK[t * topK + k], width, y);
    }
}

template void gatherRows(const float*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t, std::int64_t, float*);
template void gatherRowsBackward(const float*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                                 float*);
template void combineRows(const float*, const float*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t,
                          std::int64_t, float*);
template void gatherRows(const float*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t, std::int64_t, BFloat16*);
template void gatherRowsBackward(const BFloat16*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                                 float*);
template void combineRows(const BFloat16*, const float*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t,
                          std::int64_t, float*);

}  // namespace moebel::kernels
