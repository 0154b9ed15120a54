// Sorting tokens by expert, gathering them, and putting weighted results back. Deterministic: no atomics anywhere.
//
// T tokens, K experts a token, E experts, D width; the T*K (token, k) slots are sorted by expert, stably. Token: float or
// BFloat16, what the model keeps; Row: float or BFloat16, what the products read, BFloat16 where tokens are.
#pragma once

#include <cstdint>

#include "kernels/bfloat16.h"
#include "kernels/stream.h"

namespace moebel::kernels
{

/// Counting sort. `slot_of_row` [T*K]: the slot t*K+k of each sorted row; `row_of_slot` [T*K]: its inverse;
/// `offsets` [E+1]: first row of each expert.
void sortByExpert(const std::int64_t* expert_ids_TK, std::int64_t tokens, std::int64_t topK, std::int64_t experts,
                  std::int64_t* slot_of_row, std::int64_t* row_of_slot, std::int64_t* offsets);

/// rows [T*K, D] = x_TD[slot_of_row / K], for rows begin..end-1.
template <typename Row, typename Token>
void gatherRows(const Token* x_TD, const std::int64_t* slot_of_row, std::int64_t topK, std::int64_t width, std::int64_t begin,
                std::int64_t end, Row* rows);
/// Gradient of gatherRows: dx_TD[t] = sum over k of drows[row_of_slot[t*K+k]], for tokens begin..end-1.
template <typename Row, typename Token>
void gatherRowsBackward(const Row* drows, const std::int64_t* row_of_slot, std::int64_t topK, std::int64_t width,
                        std::int64_t begin, std::int64_t end, Token* dx_TD);

/// y_TD[t] = sum over k of weights_TK[t, k] * rows[row_of_slot[t*K+k]], for tokens begin..end-1.
template <typename Row, typename Token>
void combineRows(const Row* rows, const float* weights_TK, const std::int64_t* row_of_slot, std::int64_t topK,
                 std::int64_t width, std::int64_t begin, std::int64_t end, Token* y_TD);
/// Gradient of combineRows, for rows begin..end-1 of slot s of token t: drows[row] = weights_TK[s] * dy_TD[t] and
/// dweights_TK[s] = rows[row] . dy_TD[t]. Either may be null: not wanted.
template <typename Row, typename Token>
void combineRowsBackward(const Token* dy_TD, const Row* rows, const float* weights_TK, const std::int64_t* slot_of_row,
                         std::int64_t topK, std::int64_t width, std::int64_t begin, std::int64_t end, Row* drows,
                         float* dweights_TK);

#define MOEBEL_DISPATCH(HOW, Row, Token)                                                                                    \
    HOW template void gatherRows(const Token*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t, std::int64_t, \
                                 Row*);                                                                                     \
    HOW template void gatherRowsBackward(const Row*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t,         \
                                         std::int64_t, Token*);                                                             \
    HOW template void combineRows(const Row*, const float*, const std::int64_t*, std::int64_t, std::int64_t, std::int64_t,  \
                                  std::int64_t, Token*);                                                                    \
    HOW template void combineRowsBackward(const Token*, const Row*, const float*, const std::int64_t*, std::int64_t,        \
                                          std::int64_t, std::int64_t, std::int64_t, Row*, float*);
MOEBEL_DISPATCH(extern, float, float)
MOEBEL_DISPATCH(extern, BFloat16, float)
MOEBEL_DISPATCH(extern, BFloat16, BFloat16)

namespace cuda
{

/// int32 numbers that the sort needs as workspace.
std::int64_t sortWorkspace(std::int64_t tokens, std::int64_t topK, std::int64_t experts);

/// `ends_E`: offsets[1..E] as at::_grouped_mm takes them; null: not wanted. At most 1024 experts.
LaunchStatus sortByExpert(const std::int64_t* expert_ids_TK, std::int64_t tokens, std::int64_t topK, std::int64_t experts,
                          std::int64_t* slot_of_row, std::int64_t* row_of_slot, std::int64_t* offsets, std::int32_t* ends_E,
                          std::int32_t* workspace, Stream stream);

template <typename Row, typename Token>
LaunchStatus gatherRows(const Token* x_TD, const std::int64_t* slot_of_row, std::int64_t topK, std::int64_t width,
                        std::int64_t begin, std::int64_t end, Row* rows, Stream stream);
template <typename Row, typename Token>
LaunchStatus gatherRowsBackward(const Row* drows, const std::int64_t* row_of_slot, std::int64_t topK, std::int64_t width,
                                std::int64_t begin, std::int64_t end, Token* dx_TD, Stream stream);
template <typename Row, typename Token>
LaunchStatus combineRows(const Row* rows, const float* weights_TK, const std::int64_t* row_of_slot, std::int64_t topK,
                         std::int64_t width, std::int64_t begin, std::int64_t end, Token* y_TD, Stream stream);
template <typename Row, typename Token>
LaunchStatus combineRowsBackward(const Token* dy_TD, const Row* rows, const float* weights_TK, const std::int64_t* slot_of_row,
                                 std::int64_t topK, std::int64_t width, std::int64_t begin, std::int64_t end, Row* drows,
                                 float* dweights_TK, Stream stream);

}  // namespace cuda
}  // namespace moebel::kernels
