#include "kernels/token_dispatch.h"

#include <algorithm>

#include "kernels/vector_math.h"

namespace moebel::kernels
{
namespace
{

/// Rows of a token and the weight of each: what the sums of combineRows and of gatherRowsBackward read.
template <typename Row>
struct TokenRows {
    const Row* rows;
    const std::int64_t* row_of_slot;  ///< of the token's slots
    const float* weights;             ///< of the token's slots; null: 1
    std::int64_t topK, width;
};

template <typename Row, typename Token>
[[gnu::always_inline]] inline void sumRowsBody(const TokenRows<Row>& token, Token* y)
{
    constexpr std::int64_t kColumns = 256;  // sums stay in fp32 until the last row
    for (std::int64_t begin = 0; begin < token.width; begin += kColumns) {
        const std::int64_t columns = token.width - begin < kColumns ? token.width - begin : kColumns;
        float sums[kColumns] = {};
        for (std::int64_t k = 0; k < token.topK; ++k) {
            const Row* row = token.rows + token.row_of_slot[k] * token.width + begin;
            const float weight = token.weights == nullptr ? 1.0F : token.weights[k];
#pragma omp simd
            for (std::int64_t d = 0; d < columns; ++d) sums[d] += weight * toFloat(row[d]);
        }
#pragma omp simd
        for (std::int64_t d = 0; d < columns; ++d) put(sums[d], y[begin + d]);
    }
}

template <typename Row, typename Token>
[[gnu::always_inline]] inline void scaledBody(const Token* from, float factor, std::int64_t width, Row* to)
{
#pragma omp simd
    for (std::int64_t d = 0; d < width; ++d) put(factor * toFloat(from[d]), to[d]);
}

template <typename Row, typename Token>
[[gnu::always_inline]] inline float dotBody(const Row* row, const Token* dy, std::int64_t width)
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t d = 0; d < width; ++d) sum += toFloat(row[d]) * toFloat(dy[d]);
    return sum;
}

// Templates cannot be compiled for several instruction sets, so that each pair of types has its functions.
MOEBEL_VECTOR_CLONES
void sumRows(const TokenRows<float>& token, float* y) { sumRowsBody(token, y); }
MOEBEL_VECTOR_CLONES
void scaled(const float* from, float factor, std::int64_t width, float* to) { scaledBody(from, factor, width, to); }
MOEBEL_VECTOR_CLONES
float dot(const float* row, const float* dy, std::int64_t width) { return dotBody(row, dy, width); }
MOEBEL_VECTOR_CLONES
void sumRows(const TokenRows<BFloat16>& token, float* y) { sumRowsBody(token, y); }
MOEBEL_VECTOR_CLONES
void scaled(const float* from, float factor, std::int64_t width, BFloat16* to) { scaledBody(from, factor, width, to); }
MOEBEL_VECTOR_CLONES
float dot(const BFloat16* row, const float* dy, std::int64_t width) { return dotBody(row, dy, width); }
MOEBEL_VECTOR_CLONES
void sumRows(const TokenRows<BFloat16>& token, BFloat16* y) { sumRowsBody(token, y); }
MOEBEL_VECTOR_CLONES
void scaled(const BFloat16* from, float factor, std::int64_t width, BFloat16* to) { scaledBody(from, factor, width, to); }
MOEBEL_VECTOR_CLONES
float dot(const BFloat16* row, const BFloat16* dy, std::int64_t width) { return dotBody(row, dy, width); }

template <typename Number>
void copyRow(const Number* from, std::int64_t width, Number* to)
{
    std::copy_n(from, width, to);
}
void copyRow(const float* from, std::int64_t width, BFloat16* to) { scaled(from, 1.0F, width, to); }

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

template <typename Row, typename Token>
void gatherRows(const Token* x_TD, const std::int64_t* slot_of_row, std::int64_t topK, std::int64_t width, std::int64_t begin,
                std::int64_t end, Row* rows)
{
    for (std::int64_t row = begin; row < end; ++row) copyRow(x_TD + slot_of_row[row] / topK * width, width, rows + row * width);
}

template <typename Row, typename Token>
void gatherRowsBackward(const Row* drows, const std::int64_t* row_of_slot, std::int64_t topK, std::int64_t width,
                        std::int64_t begin, std::int64_t end, Token* dx_TD)
{
    for (std::int64_t t = begin; t < end; ++t)
        sumRows(TokenRows<Row>{drows, row_of_slot + t * topK, nullptr, topK, width}, dx_TD + t * width);
}

template <typename Row, typename Token>
void combineRows(const Row* rows, const float* weights_TK, const std::int64_t* row_of_slot, std::int64_t topK,
                 std::int64_t width, std::int64_t begin, std::int64_t end, Token* y_TD)
{
    for (std::int64_t t = begin; t < end; ++t)
        sumRows(TokenRows<Row>{rows, row_of_slot + t * topK, weights_TK + t * topK, topK, width}, y_TD + t * width);
}

template <typename Row, typename Token>
void combineRowsBackward(const Token* dy_TD, const Row* rows, const float* weights_TK, const std::int64_t* slot_of_row,
                         std::int64_t topK, std::int64_t width, std::int64_t begin, std::int64_t end, Row* drows,
                         float* dweights_TK)
{
    for (std::int64_t row = begin; row < end; ++row) {
        const std::int64_t slot = slot_of_row[row];
        const Token* dy = dy_TD + slot / topK * width;
        if (dweights_TK != nullptr) dweights_TK[slot] = dot(rows + row * width, dy, width);
        if (drows != nullptr) scaled(dy, weights_TK[slot], width, drows + row * width);
    }
}

MOEBEL_DISPATCH(, float, float)
MOEBEL_DISPATCH(, BFloat16, float)
MOEBEL_DISPATCH(, BFloat16, BFloat16)

}  // namespace moebel::kernels
