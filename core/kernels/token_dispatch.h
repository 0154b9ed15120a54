// Sorting tokens by expert, gathering them, and putting weighted results back. Deterministic: no atomics anywhere.
//
// T tokens, K experts a token, E experts, D width; the T*K (token, k) slots are sorted by expert, stably.
#pragma once

#include <cstdint>

namespace moebel::kernels
{

/// Counting sort. `slot_of_row` [T*K]: the slot t*K+k of each sorted row; `row_of_slot` [T*K]: its inverse;
/// `offsets` [E+1]: first row of each expert.
void sortByExpert(const std::int64_t* expert_ids_TK, std::int64_t tokens, std::int64_t topK, std::int64_t experts,
                  std::int64_t* slot_of_row, std::int64_t* row_of_slot, std::int64_t* offsets);

/// rows [T*K, D] = x_TD[slot_of_row / K], for rows begin..end-1.
void gatherRows(const float* x_TD, const std::int64_t* slot_of_row, std::int64_t topK, std::int64_t width, std::int64_t begin,
                std::int64_t end, float* rows);
/// Gradient of gatherRows: dx_TD[t] = sum over k of drows[row_of_slot[t*K+k]], for tokens begin..end-1.
void gatherRowsBackward(const float* drows, const std::int64_t* row_of_slot, std::int64_t topK, std::int64_t width,
                        std::int64_t begin, std::int64_t end, float* dx_TD);

/// y_TD[t] = sum over k of weights_TK[t, k] * rows[row_of_slot[t*K+k]], for tokens begin..end-1.
void combineRows(const float* rows, const float* weights_TK, const std::int64_t* row_of_slot, std::int64_t topK,
                 std::int64_t width, std::int64_t begin, std::int64_t end, float* y_TD);

}  // namespace moebel::kernels
