// Sorting tokens by expert, gathering them, and putting weighted results back. Deterministic: no atomics anywhere.
//
// T tokens, K experts a token, E experts, D width; the T*K (token, k) slots are sorted by expert, stably. Tokens are fp32, rows
// have the number of the products, float or BFloat16.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"

namespace moebel::kernels
{

/// Counting sort. `slot_of_row` [T*K]: the slot t*K+k of each sorted row; `row_of_slot` [T*K]: its inverse;
/// `offsets` [E+1]: first row of each expert.
void sortByExpert(const std::int64_t* expert_ids_TK, std::int64_t tokens, std::int64_t topK, std::int64_t experts,
                  std::int64_t* slot_of_row, std::int64_t* row_of_slot, std::int64_t* offsets);

/// rows [T*K, D] = x_TD[slot_of_row / K], for rows begin..end-1.
template <typename Number>
void gatherRows(const float* x_TD, const std::int64_t* slot_of_row, std::int64_t topK, std::int64_t width, std::int64_t begin,
                std::int64_t end, Number* rows);
/// Gradient of gatherRows: dx_TD[t] = sum over k of drows[row_of_slot[t*K+k]], for tokens begin..end-1.
template <typename Number>
void gatherRowsBackward(const Number* drows, const std::int64_t* row_of_slot, std::int64_t topK, std::int64_t width,
                        std::int64_t begin, std::int64_t end, float* dx_TD);

/// y_TD[t] = sum over k of weights_TK[t, k] * rows[row_of_slot[t*K+k]], for tokens begin..end-1.
template <typename Number>
void combineRows(const Number* rows, const float* weights_TK, const std::int64_t* row_of_slot, std::int64_t topK,
                 std::int64_t width, std::int64_t begin, std::int64_t end, float* y_TD);

extern template void gatherRows(const float*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                                float*);
extern template void gatherRowsBackward(const float*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t,
                                        std::int64_t, float*);
extern template void combineRows(const float*, const float*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t,
                                 std::int64_t, float*);
extern template void gatherRows(const float*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                                BFloat16*);
extern template void gatherRowsBackward(const BFloat16*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t,
                                        std::int64_t, float*);
extern template void combineRows(const BFloat16*, const float*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t,
                                 std::int64_t, float*);

}  // namespace moebel::kernels
