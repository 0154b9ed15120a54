#include "engine/model/attention.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

#include "engine/model/device_kernels.h"
#include "engine/model/norm.h"

namespace moebel
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t kScoresAtOnce = 1 << 22;
constexpr std::int64_t kFewestQueries = 16;

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

struct SplitHeads : torch::autograd::Function<SplitHeads> {
    static tensor_list forward(AutogradContext* context, const torch::Tensor& joinedInput, const torch::Tensor& cos,
                               const torch::Tensor& sin, std::int64_t sequences, std::int64_t heads, std::int64_t keyHeads)
    {
        const torch::Tensor joined = joinedInput.contiguous();
        const kernels::RotaryShape shape{joined.size(0) / sequences, 2 * cos.size(1)};
        const auto heads_BHSC = [&](std::int64_t count) {
            return torch::empty({sequences, count, shape.length, shape.headSize}, joined.options());
        };
        const torch::Tensor query = heads_BHSC(heads), key = heads_BHSC(keyHeads), value = heads_BHSC(keyHeads);
        const DeviceKernels device = kernelsFor(joined);
        device.run(device.table.fp32.splitHeads, joined.const_data_ptr<float>(), cos.const_data_ptr<float>(),
                   sin.const_data_ptr<float>(), shape, std::int64_t(0), joined.size(0), written(query), written(key),
                   written(value));
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
        const torch::Tensor joined = torch::empty(
            {query.size(0) * shape.length, (query.size(1) + key.size(1) + value.size(1)) * shape.headSize}, query.options());
        const DeviceKernels device = kernelsFor(joined);
        device.run(device.table.fp32.joinHeads, read(query), read(key), read(value), cos.const_data_ptr<float>(),
                   sin.const_data_ptr<float>(), shape, std::int64_t(0), joined.size(0), joined.mutable_data_ptr<float>());
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

/// Queries and keys in joined [T, (H + 2G) * C] with their RMSNorm: each head, or all heads at once, by the size of the weight.
torch::Tensor normedHeads(const AttentionWeights& weights, const ModelShape& shape, const torch::Tensor& joined)
{
    const auto normed = [&](std::int64_t firstHead, std::int64_t heads, const torch::Tensor& weight) {
        const torch::Tensor part = joined.narrow(1, firstHead * shape.headSize, heads * shape.headSize).to(torch::kFloat32);
        return rmsNorm(part.reshape({-1, weight.size(0)}), weight, shape.normEpsilon).view_as(part);
    };
    const std::int64_t heads = shape.heads, keyHeads = shape.keyValueHeads;
    return torch::cat({normed(0, heads, weights.queryNorm), normed(heads, keyHeads, weights.keyNorm),
                       joined.narrow(1, (heads + keyHeads) * shape.headSize, keyHeads * shape.headSize).to(torch::kFloat32)},
                      1)
        .to(joined.dtype());
}

/// Slopes [H]: powers of 2^(-8/n) for the largest power of two n <= H, then every other one of 2n.
torch::Tensor alibiSlopes(std::int64_t heads, const torch::Device& device)
{
    const std::int64_t power = std::int64_t(std::bit_floor(std::uint64_t(heads)));
    const auto slopes = [](std::int64_t n, std::int64_t count, std::int64_t step) {
        return torch::pow(std::exp2(-8.0 / double(n)), 1 + step * torch::arange(count, torch::kFloat64));
    };
    return torch::cat({slopes(power, power, 1), slopes(2 * power, heads - power, 2)}).to(device, torch::kFloat32);
}

/// Softmax of the soft-capped scores times the values, [B, H, S, C].
torch::Tensor softCapped(const AttentionHeads& heads, const ModelShape& shape, double scale, const torch::Tensor& bias)
{
    const std::int64_t group = shape.heads / shape.keyValueHeads;
    const torch::Tensor key = heads.key_BGSC.repeat_interleave(group, 1), value = heads.value_BGSC.repeat_interleave(group, 1);
    const torch::Tensor scores = torch::matmul(heads.query_BHSC, key.transpose(2, 3)).to(torch::kFloat32) * scale;
    const torch::Tensor capped = torch::tanh(scores / shape.attentionSoftCap) * shape.attentionSoftCap;
    return torch::matmul(torch::softmax(capped + bias, -1).to(value.dtype()), value);
}

/// Queries that see the keys as `bias` says, or, where it is undefined, those up to their own; [B, H, Q, C].
torch::Tensor mixedQueries(const AttentionHeads& heads, const ModelShape& shape, const torch::Tensor& bias)
{
    const double scale = shape.attentionScale > 0 ? shape.attentionScale : 1 / std::sqrt(double(shape.headSize));
    if (shape.attentionSoftCap > 0) return softCapped(heads, shape, scale, bias);
    std::optional<torch::Tensor> mask;
    if (bias.defined()) mask = (bias.dim() == 3 ? bias.unsqueeze(0) : bias).to(heads.query_BHSC.dtype());
    return at::scaled_dot_product_attention(heads.query_BHSC, heads.key_BGSC, heads.value_BGSC, mask, 0.0,
                                            /*is_causal=*/!mask, scale, /*enable_gqa=*/shape.heads != shape.keyValueHeads);
}

/// The first key that one of the queries from `begin` on sees.
std::int64_t firstKey(std::int64_t begin, std::int64_t window)
{
    return window > 0 ? std::max<std::int64_t>(0, begin - window + 1) : 0;
}

torch::Tensor mixedHeads(const AttentionHeads& heads, const ModelShape& shape, std::int64_t window, const torch::Tensor& bias)
{
    const std::int64_t sequences = heads.query_BHSC.size(0), length = heads.query_BHSC.size(2);
    if (bias.defined() || isPlainlyCausal(shape, length, window)) return mixedQueries(heads, shape, bias);
    const std::int64_t step = queriesAtOnce(shape, sequences, length);
    std::vector<torch::Tensor> parts;
    for (std::int64_t begin = 0; begin < length; begin += step) {
        const std::int64_t end = std::min(begin + step, length), first = firstKey(begin, window);
        const AttentionHeads part{heads.query_BHSC.slice(2, begin, end), heads.key_BGSC.slice(2, first, end),
                                  heads.value_BGSC.slice(2, first, end)};
        parts.push_back(mixedQueries(part, shape, attentionBias(shape, begin, end, window, heads.query_BHSC.device())));
    }
    return torch::cat(parts, 2);
}

}  // namespace

RotaryTable rotaryTable(std::int64_t length, const ModelShape& shape, const torch::Device& device)
{
    if (shape.positions != PositionKind::Rotary)
        return {torch::ones({length, shape.headSize / 2}, device), torch::zeros({length, shape.headSize / 2}, device)};
    const torch::Tensor half = torch::arange(0, shape.headSize, 2, torch::kFloat64) / double(shape.headSize);
    const torch::Tensor frequency_P = scaled(torch::pow(shape.ropeTheta, -half), shape.ropeScaling);
    const torch::Tensor angle_SP = torch::outer(torch::arange(length, torch::kFloat64), frequency_P);
    return {angle_SP.cos().to(device, torch::kFloat32), angle_SP.sin().to(device, torch::kFloat32)};
}

bool isPlainlyCausal(const ModelShape& shape, std::int64_t length, std::int64_t window)
{
    return shape.positions != PositionKind::Alibi && shape.attentionSoftCap == 0 && (window == 0 || window >= length);
}

std::int64_t queriesAtOnce(const ModelShape& shape, std::int64_t sequences, std::int64_t length)
{
    const std::int64_t most = kScoresAtOnce / std::max<std::int64_t>(1, sequences * shape.heads * length);
    return std::clamp<std::int64_t>(length, 1, std::max(most, kFewestQueries));
}

torch::Tensor attentionBias(const ModelShape& shape, std::int64_t begin, std::int64_t end, std::int64_t window,
                            const torch::Device& device)
{
    const torch::Tensor key_K = torch::arange(firstKey(begin, window), end, torch::dtype(torch::kInt64).device(device));
    const torch::Tensor distance_QK = key_K - torch::arange(begin, end, key_K.options()).unsqueeze(1);
    torch::Tensor hidden_QK = distance_QK > 0;
    if (window > 0) hidden_QK = hidden_QK.logical_or(distance_QK <= -window);
    torch::Tensor bias = torch::zeros(distance_QK.sizes(), device);
    if (shape.positions == PositionKind::Alibi)
        bias = alibiSlopes(shape.heads, device).view({-1, 1, 1}) * distance_QK.to(torch::kFloat32);
    return bias.masked_fill(hidden_QK, -std::numeric_limits<float>::infinity());
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
                     std::int64_t sequences, const RotaryTable& table, std::int64_t window, const torch::Tensor& bias)
{
    // One product for queries, keys and values; joining the weights costs a copy that is small against it.
    const torch::Tensor weight = torch::cat({weights.query_HCxD, weights.key_GCxD, weights.value_GCxD});
    const torch::Tensor joinedBias =
        shape.qkvBias ? torch::cat({weights.queryBias, weights.keyBias, weights.valueBias}) : torch::Tensor();
    torch::Tensor joined = torch::linear(x_TD, weight, joinedBias);
    if (shape.queryKeyNorm != QueryKeyNorm::None) joined = normedHeads(weights, shape, joined);
    const torch::Tensor mixed_BHSC = mixedHeads(splitHeads(joined, shape, sequences, table), shape, window, bias);
    return torch::linear(mixed_BHSC.transpose(1, 2).reshape({x_TD.size(0), shape.heads * shape.headSize}), weights.output_DxHC,
                         weights.outputBias);
}

}  // namespace moebel
