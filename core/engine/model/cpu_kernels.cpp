#include "engine/model/cpu_kernels.h"

#include <algorithm>

#include "engine/model/torch.h"

namespace moebel
{
namespace
{

using kernels::cuda::LaunchStatus;
using kernels::cuda::Stream;

constexpr std::int64_t kNumbersOfPart = 1 << 15;  ///< fewer are not worth a hand-over to another thread
constexpr std::int64_t kWeightRows = 128;  ///< rows whose weight gradients are summed first: the same for any thread count

/// body(begin, end) for rows begin..end-1 of this width.
template <typename Body>
LaunchStatus overRows(std::int64_t begin, std::int64_t end, std::int64_t width, const Body& body)
{
    at::parallel_for(begin, end, std::max<std::int64_t>(1, kNumbersOfPart / std::max<std::int64_t>(1, width)), body);
    return 0;
}

template <typename Number>
Number* rowOf(Number* rows, std::int64_t row, std::int64_t width)
{
    return rows == nullptr ? nullptr : rows + row * width;
}

/// sum_D += the sum over all rows of what `body(begin, rows, sums)` adds to `sums`, in blocks that do not depend on the
/// threads.
template <typename Body>
LaunchStatus sumOverRows(std::int64_t rows, std::int64_t width, float* sum_D, const Body& body)
{
    const std::int64_t blocks = (rows + kWeightRows - 1) / kWeightRows;
    const torch::Tensor partial = torch::zeros({blocks, width});
    at::parallel_for(0, blocks, 2, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t block = first; block < last; ++block) {
            const std::int64_t begin = block * kWeightRows;
            body(begin, std::min(kWeightRows, rows - begin), partial.mutable_data_ptr<float>() + block * width);
        }
    });
    torch::from_blob(sum_D, {width}).add_(partial.sum(0));
    return 0;
}

template <typename Activation, typename Number>
LaunchStatus gatedUnit(const Number* gate, const Number* up, std::int64_t values, Number* activated, Stream)
{
    return overRows(0, values, 1, [&](std::int64_t begin, std::int64_t end) {
        kernels::gatedUnit<Activation>(gate + begin, up + begin, end - begin, activated + begin);
    });
}

template <typename Activation, typename Number>
LaunchStatus gatedUnitBackward(const kernels::GatedBackward<Number>& pass, std::int64_t rows, std::int64_t innerWidth, Stream)
{
    return overRows(0, rows, innerWidth, [&](std::int64_t begin, std::int64_t end) {
        const std::int64_t at = begin * innerWidth;
        const kernels::GatedBackward<Number> part{pass.gate_RF + at,
                                                  pass.up_RF + at,
                                                  pass.dactivated_RF + at,
                                                  rowOf(pass.weight_R, begin, 1),
                                                  pass.dgate_RF + at,
                                                  pass.dup_RF + at,
                                                  rowOf(pass.weighted_RF, begin, innerWidth),
                                                  rowOf(pass.dweight_R, begin, 1)};
        kernels::gatedUnitBackward<Activation>(part, end - begin, innerWidth);
    });
}

LaunchStatus rmsNorm(const float* x_TD, const float* delta_TD, const float* weight_D, float epsilon, std::int64_t rows,
                     std::int64_t width, float* h_TD, float* y_TD, float* scale_T, Stream)
{
    return overRows(0, rows, width, [&](std::int64_t begin, std::int64_t end) {
        kernels::rmsNorm(rowOf(x_TD, begin, width), rowOf(delta_TD, begin, width), weight_D, epsilon, end - begin, width,
                         rowOf(h_TD, begin, width), rowOf(y_TD, begin, width), scale_T + begin);
    });
}

LaunchStatus rmsNormBackward(const float* dy_TD, const float* residual_TD, const float* h_TD, const float* weight_D,
                             const float* scale_T, std::int64_t rows, std::int64_t width, float* dh_TD, Stream)
{
    return overRows(0, rows, width, [&](std::int64_t begin, std::int64_t end) {
        kernels::rmsNormBackward(rowOf(dy_TD, begin, width), rowOf(residual_TD, begin, width), rowOf(h_TD, begin, width),
                                 weight_D, scale_T + begin, end - begin, width, rowOf(dh_TD, begin, width));
    });
}

LaunchStatus rmsNormWeightBackward(const float* dy_TD, const float* h_TD, const float* scale_T, std::int64_t rows,
                                   std::int64_t width, float* dweight_D, float*, Stream)
{
    return sumOverRows(rows, width, dweight_D, [&](std::int64_t begin, std::int64_t count, float* sums) {
        kernels::rmsNormWeightBackward(rowOf(dy_TD, begin, width), rowOf(h_TD, begin, width), scale_T + begin, count, width,
                                       sums);
    });
}

LaunchStatus splitHeads(const float* joined_TW, const float* cos_SP, const float* sin_SP, kernels::RotaryShape shape,
                        std::int64_t begin, std::int64_t end, const kernels::HeadsView<float>& query,
                        const kernels::HeadsView<float>& key, const kernels::HeadsView<float>& value, Stream)
{
    const std::int64_t width = (query.heads + 2 * key.heads) * shape.headSize;
    return overRows(begin, end, width, [&](std::int64_t first, std::int64_t last) {
        kernels::splitHeads(joined_TW, cos_SP, sin_SP, shape, first, last, query, key, value);
    });
}

LaunchStatus joinHeads(const kernels::HeadsView<const float>& query, const kernels::HeadsView<const float>& key,
                       const kernels::HeadsView<const float>& value, const float* cos_SP, const float* sin_SP,
                       kernels::RotaryShape shape, std::int64_t begin, std::int64_t end, float* joined_TW, Stream)
{
    const std::int64_t width = (query.heads + 2 * key.heads) * shape.headSize;
    return overRows(begin, end, width, [&](std::int64_t first, std::int64_t last) {
        kernels::joinHeads(query, key, value, cos_SP, sin_SP, shape, first, last, joined_TW);
    });
}

LaunchStatus crossEntropyToGradient(float* logits_RV, const std::int64_t* targets_R, std::int64_t rows, std::int64_t vocabulary,
                                    float* loss_R, Stream)
{
    return overRows(0, rows, vocabulary, [&](std::int64_t begin, std::int64_t end) {
        kernels::crossEntropyToGradient(logits_RV + begin * vocabulary, targets_R + begin, end - begin, vocabulary,
                                        loss_R + begin);
    });
}

LaunchStatus crossEntropy(const float* logits_RV, const std::int64_t* targets_R, std::int64_t rows, std::int64_t vocabulary,
                          float* loss_R, float* logSum_R, Stream)
{
    return overRows(0, rows, vocabulary, [&](std::int64_t begin, std::int64_t end) {
        kernels::crossEntropy(logits_RV + begin * vocabulary, targets_R + begin, end - begin, vocabulary, loss_R + begin,
                              rowOf(logSum_R, begin, 1));
    });
}

template <typename Row>
LaunchStatus gatherRows(const float* x_TD, const std::int64_t* slot_of_row, std::int64_t topK, std::int64_t width,
                        std::int64_t begin, std::int64_t end, Row* rows, Stream)
{
    return overRows(begin, end, width, [&](std::int64_t first, std::int64_t last) {
        kernels::gatherRows(x_TD, slot_of_row, topK, width, first, last, rows);
    });
}

template <typename Row>
LaunchStatus gatherRowsBackward(const Row* drows, const std::int64_t* row_of_slot, std::int64_t topK, std::int64_t width,
                                std::int64_t begin, std::int64_t end, float* dx_TD, Stream)
{
    return overRows(begin, end, width, [&](std::int64_t first, std::int64_t last) {
        kernels::gatherRowsBackward(drows, row_of_slot, topK, width, first, last, dx_TD);
    });
}

template <typename Row>
LaunchStatus combineRows(const Row* rows, const float* weights_TK, const std::int64_t* row_of_slot, std::int64_t topK,
                         std::int64_t width, std::int64_t begin, std::int64_t end, float* y_TD, Stream)
{
    return overRows(begin, end, width, [&](std::int64_t first, std::int64_t last) {
        kernels::combineRows(rows, weights_TK, row_of_slot, topK, width, first, last, y_TD);
    });
}

std::int64_t sortWorkspace(std::int64_t, std::int64_t, std::int64_t) { return 0; }

LaunchStatus sortByExpert(const std::int64_t* expert_ids_TK, std::int64_t tokens, std::int64_t topK, std::int64_t experts,
                          std::int64_t* slot_of_row, std::int64_t* row_of_slot, std::int64_t* offsets, std::int32_t*,
                          std::int32_t*, Stream)
{
    kernels::sortByExpert(expert_ids_TK, tokens, topK, experts, slot_of_row, row_of_slot, offsets);
    return 0;
}

/// Small enough for one thread, as its gradient and the count of decisions are.
LaunchStatus gateTopK(const float* logits_TE, std::int64_t tokens, std::int64_t experts, std::int64_t topK, bool renormalise,
                      float* scores_TE, float* weights_TK, std::int64_t* expert_ids_TK, std::int64_t* counts_E, Stream)
{
    kernels::gateTopK(logits_TE, tokens, experts, topK, renormalise, scores_TE, weights_TK, expert_ids_TK, counts_E);
    return 0;
}

LaunchStatus gateTopKBackward(const float* dscores_TE, const float* dweights_TK, const float* scores_TE,
                              const float* weights_TK, const std::int64_t* expert_ids_TK, std::int64_t tokens,
                              std::int64_t experts, std::int64_t topK, bool renormalise, float* dlogits_TE, Stream)
{
    kernels::gateTopKBackward(dscores_TE, dweights_TK, scores_TE, weights_TK, expert_ids_TK, tokens, experts, topK, renormalise,
                              dlogits_TE);
    return 0;
}

LaunchStatus accumulateRouting(const kernels::LayerDecisions& decisions, std::int64_t languages,
                               const kernels::RoutingSums& sums, Stream)
{
    kernels::accumulateRouting(decisions, languages, sums);
    return 0;
}

template <typename Number>
void addGatedUnits(kernels::NumberKernels<Number>& table)
{
    table.swiglu = gatedUnit<kernels::Silu, Number>;
    table.swigluBackward = gatedUnitBackward<kernels::Silu, Number>;
}

template <typename Row>
kernels::DispatchKernels<Row, float> dispatchKernels()
{
    return {gatherRows<Row>, gatherRowsBackward<Row>, combineRows<Row>, nullptr};
}

}  // namespace

kernels::KernelTable cpuKernels()
{
    kernels::KernelTable table;
    addGatedUnits(table.fp32);
    addGatedUnits(table.bf16);
    table.fp32.rmsNorm = rmsNorm;
    table.fp32.rmsNormBackward = rmsNormBackward;
    table.fp32.rmsNormWeightBackward = rmsNormWeightBackward;
    table.fp32.splitHeads = splitHeads;
    table.fp32.joinHeads = joinHeads;
    table.fp32.crossEntropyToGradient = crossEntropyToGradient;
    table.fp32.crossEntropy = crossEntropy;
    table.fp32Rows = dispatchKernels<float>();
    table.bf16RowsOfFp32 = dispatchKernels<kernels::BFloat16>();
    table.sortWorkspace = sortWorkspace;
    table.sortByExpert = sortByExpert;
    table.gateTopK = gateTopK;
    table.gateTopKBackward = gateTopKBackward;
    table.accumulateRouting = accumulateRouting;
    return table;
}

}  // namespace moebel
