#include "engine/model/attention.h"

#include <algorithm>
#include <numbers>
#include <optional>

#include "engine/model/norm.h"
#include "kernels/rotary.h"

namespace moebel
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t kNumbersOfPart = 1 << 15;  ///< fewer are not worth a hand-over to another thread

template <typename Number>
kernels::HeadsView<Number> viewOf(const torch::Tensor& heads_BHSC, Number* data)
{
    return {data, heads_BHSC.size(1), heads_BHSC.stride(0), heads_BHSC.stride(1), heads_BHSC.stride(2)};
}

kernels::HeadsView<float> written(const torch::Tensor& heads) { return viewOf<float>(heads, heads.mutable_data_ptr<float>()); }

kernels::HeadsView<const float> read(const torch::Tensor& heads)
{
    return viewOf<const float>(heads, heads.const_data_ptr<float>());
}

template <typename Body>
void overTokens(const torch::Tensor& joined, const Body& body)
{
    at::parallel_for(0, joined.size(0), std::max<std::int64_t>(1, kNumbersOfPart / joined.size(1)), body);
}

struct SplitHeads : torch::autograd::Function<SplitHeads> {
    static tensor_list forward(AutogradContext* context, const torch::Tensor& joinedInput, const torch::Tensor& cos,
                               const torch::Tensor& sin, std::int64_t sequences, std::int64_t heads, std::int64_t keyHeads)
    {
        const torch::Tensor joined = joinedInput.contiguous();
        const kernels::RotaryShape shape{joined.size(0) / sequences, 2 * cos.size(1)};
        const auto heads_BHSC = [&](std::int64_t count) {
            return torch::empty({sequences, count, shape.length, shape.headSize});
        };
        const torch::Tensor query = heads_BHSC(heads), key = heads_BHSC(keyHeads), value = heads_BHSC(keyHeads);
        overTokens(joined, [&](std::int64_t begin, std::int64_t end) {
            kernels::splitHeads(joined.const_data_ptr<float>(), cos.const_data_ptr<float>(), sin.const_data_ptr<float>(), shape,
                                begin, end, written(query), written(key), written(value));
        });
        context->save_for_backward({cos, sin});
        return {query, key, value};
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const torch::Tensor &cos = saved[0], &sin = saved[1];
        for (torch::Tensor& gradient : gradients)
            if (gradient.stride(-1) != 1) gradient = gradient.contiguous();
        const torch::Tensor &query = gradients[0], &key = gradients[1], &value = gradients[2];
        const kernels::RotaryShape shape{query.size(2), query.size(3)};
        const torch::Tensor joined =
            torch::empty({query.size(0) * shape.length, (query.size(1) + key.size(1) + value.size(1)) * shape.headSize});
        overTokens(joined, [&](std::int64_t begin, std::int64_t end) {
            kernels::joinHeads(read(query), read(key), read(value), cos.const_data_ptr<float>(), sin.const_data_ptr<float>(),
                               shape, begin, end, joined.mutable_data_ptr<float>());
        });
        return {joined, {}, {}, {}, {}, {}};
    }
};

/// Frequencies [C/2] of the stretched embedding.
torch::Tensor scaled(const torch::Tensor& frequency, const RopeScaling& scaling)
{
    switch (scaling.kind) {
        case RopeScalingKind::None:
            return frequency;
        case RopeScalingKind::Linear:
            return frequency / scaling.factor;
        case RopeScalingKind::Llama3: {
            const torch::Tensor turns = double(scaling.originalContext) / (2 * std::numbers::pi) * frequency;
            const double low = scaling.lowFrequencyFactor, high = scaling.highFrequencyFactor;
            const torch::Tensor kept = ((turns - low) / (high - low)).clamp(0, 1);
            return (1 - kept) * frequency / scaling.factor + kept * frequency;
        }
    }
    return frequency;
}

/// The heads of queries and keys in joined [T, (H + 2G) * C], each with its RMSNorm.
torch::Tensor normedHeads(const AttentionWeights& weights, const ModelShape& shape, const torch::Tensor& joined)
{
    const auto normed = [&](std::int64_t firstHead, std::int64_t heads, const torch::Tensor& weight_C) {
        const torch::Tensor part = joined.narrow(1, firstHead * shape.headSize, heads * shape.headSize).to(torch::kFloat32);
        return rmsNorm(part.reshape({-1, shape.headSize}), weight_C, shape.normEpsilon).view_as(part);
    };
    const std::int64_t heads = shape.heads, keyHeads = shape.keyValueHeads;
    return torch::cat({normed(0, heads, weights.queryNorm_C), normed(heads, keyHeads, weights.keyNorm_C),
                       joined.narrow(1, (heads + keyHeads) * shape.headSize, keyHeads * shape.headSize).to(torch::kFloat32)},
                      1)
        .to(joined.dtype());
}

}  // namespace

RotaryTable rotaryTable(std::int64_t length, const ModelShape& shape)
{
    const torch::Tensor half = torch::arange(0, shape.headSize, 2, torch::kFloat64) / double(shape.headSize);
    const torch::Tensor frequency_P = scaled(torch::pow(shape.ropeTheta, -half), shape.ropeScaling);
    const torch::Tensor angle_SP = torch::outer(torch::arange(length, torch::kFloat64), frequency_P);
    return {angle_SP.cos().to(torch::kFloat32), angle_SP.sin().to(torch::kFloat32)};
}

torch::Tensor windowMask(std::int64_t length, std::int64_t window)
{
    return torch::ones({length, length}, torch::kBool).tril().triu(1 - window);
}

AttentionHeads splitHeads(const torch::Tensor& joined, const ModelShape& shape, std::int64_t sequences,
                          const RotaryTable& table)
{
    const std::int64_t length = joined.size(0) / sequences;
    const auto heads = SplitHeads::apply(joined.to(torch::kFloat32), table.cos_SP.narrow(0, 0, length),
                                         table.sin_SP.narrow(0, 0, length), sequences, shape.heads, shape.keyValueHeads);
    return {heads[0].to(joined.dtype()), heads[1].to(joined.dtype()), heads[2].to(joined.dtype())};
}

torch::Tensor attend(const AttentionWeights& weights, const ModelShape& shape, const torch::Tensor& x_TD,
                     std::int64_t sequences, const RotaryTable& table, const torch::Tensor& mask_SS)
{
    // One product for queries, keys and values; joining the weights costs a copy that is small against it.
    const torch::Tensor weight = torch::cat({weights.query_HCxD, weights.key_GCxD, weights.value_GCxD});
    const torch::Tensor bias =
        shape.qkvBias ? torch::cat({weights.queryBias, weights.keyBias, weights.valueBias}) : torch::Tensor();
    torch::Tensor joined = torch::linear(x_TD, weight, bias);
    if (shape.queryKeyNorm) joined = normedHeads(weights, shape, joined);
    const AttentionHeads heads = splitHeads(joined, shape, sequences, table);
    const std::optional<torch::Tensor> mask = mask_SS.defined() ? std::optional(mask_SS) : std::nullopt;
    const torch::Tensor mixed_BHSC =
        at::scaled_dot_product_attention(heads.query_BHSC, heads.key_BGSC, heads.value_BGSC, mask, 0.0,
                                         /*is_causal=*/!mask, {},
                                         /*enable_gqa=*/shape.heads != shape.keyValueHeads);
    return torch::linear(mixed_BHSC.transpose(1, 2).reshape({x_TD.size(0), shape.heads * shape.headSize}), weights.output_DxHC,
                         weights.outputBias);
}

}  // namespace moebel
