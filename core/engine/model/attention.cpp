#include "engine/model/attention.h"

#include <algorithm>

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

}  // namespace

RotaryTable rotaryTable(std::int64_t length, std::int64_t headSize, double theta)
{
    const torch::Tensor half = torch::arange(0, headSize, 2, torch::kFloat64) / double(headSize);
    const torch::Tensor angle_SP = torch::outer(torch::arange(length, torch::kFloat64), torch::pow(theta, -half));
    return {angle_SP.cos().to(torch::kFloat32), angle_SP.sin().to(torch::kFloat32)};
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
                     std::int64_t sequences, const RotaryTable& table)
{
    // One product for queries, keys and values; joining the weights costs a copy that is small against it.
    const torch::Tensor weight = torch::cat({weights.query_HCxD, weights.key_GCxD, weights.value_GCxD});
    const torch::Tensor bias =
        shape.qkvBias ? torch::cat({weights.queryBias, weights.keyBias, weights.valueBias}) : torch::Tensor();
    const AttentionHeads heads = splitHeads(torch::linear(x_TD, weight, bias), shape, sequences, table);
    const torch::Tensor mixed_BHSC =
        at::scaled_dot_product_attention(heads.query_BHSC, heads.key_BGSC, heads.value_BGSC, {}, 0.0,
                                         /*is_causal=*/true, {},
                                         /*enable_gqa=*/shape.heads != shape.keyValueHeads);
    return torch::linear(mixed_BHSC.transpose(1, 2).reshape({x_TD.size(0), shape.heads * shape.headSize}), weights.output_DxHC);
}

}  // namespace moebel
