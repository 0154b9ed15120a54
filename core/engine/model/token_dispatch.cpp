#include "engine/model/token_dispatch.h"

#include "kernels/token_dispatch.h"

namespace moebel {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t kGrain = 128;  ///< rows a thread takes at least

template <typename Body>
void inParallel(std::int64_t count, const Body& body)
{
    at::parallel_for(0, count, kGrain, body);
}

struct Gather : torch::autograd::Function<Gather> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x_TD, const torch::Tensor& slotOfRow,
                                 const torch::Tensor& rowOfSlot, std::int64_t topK)
    {
        const torch::Tensor x = x_TD.contiguous();
        const std::int64_t width = x.size(1);
        torch::Tensor rows = torch::empty({slotOfRow.numel(), width}, x.options());
        inParallel(slotOfRow.numel(), [&](std::int64_t begin, std::int64_t end) {
            kernels::gatherRows(x.const_data_ptr<float>(), slotOfRow.const_data_ptr<std::int64_t>(), topK, width, begin, end,
                                rows.mutable_data_ptr<float>());
        });
        context->save_for_backward({rowOfSlot});
        context->saved_data["topK"] = topK;
        return rows;
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const torch::Tensor rowOfSlot = context->get_saved_variables()[0];
        const std::int64_t topK = context->saved_data["topK"].toInt();
        const torch::Tensor drows = gradients[0].contiguous();
        const std::int64_t tokens = rowOfSlot.numel() / topK;
        torch::Tensor dx = torch::empty({tokens, drows.size(1)}, drows.options());
        inParallel(tokens, [&](std::int64_t begin, std::int64_t end) {
            kernels::gatherRowsBackward(drows.const_data_ptr<float>(), rowOfSlot.const_data_ptr<std::int64_t>(), topK,
                                        drows.size(1), begin, end, dx.mutable_data_ptr<float>());
        });
        return {dx, {}, {}, {}};
    }
};

struct Combine : torch::autograd::Function<Combine> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& rows_RD, const torch::Tensor& weights_TK,
                                 const torch::Tensor& rowOfSlot)
    {
        const torch::Tensor rows = rows_RD.contiguous();
        const torch::Tensor weights = weights_TK.contiguous();
        torch::Tensor y = torch::empty({weights.size(0), rows.size(1)}, rows.options());
        inParallel(weights.size(0), [&](std::int64_t begin, std::int64_t end) {
            kernels::combineRows(rows.const_data_ptr<float>(), weights.const_data_ptr<float>(),
                                 rowOfSlot.const_data_ptr<std::int64_t>(), weights.size(1), rows.size(1), begin, end,
                                 y.mutable_data_ptr<float>());
        });
        context->save_for_backward({rows, weights, rowOfSlot});
        return y;
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const torch::Tensor &rows = saved[0], &weights = saved[1], &rowOfSlot = saved[2];
        const torch::Tensor dy = gradients[0].contiguous();
        torch::Tensor drows = torch::empty_like(rows);
        torch::Tensor dweights = torch::empty_like(weights);
        inParallel(weights.size(0), [&](std::int64_t begin, std::int64_t end) {
            kernels::combineRowsBackward(dy.const_data_ptr<float>(), rows.const_data_ptr<float>(),
                                         weights.const_data_ptr<float>(), rowOfSlot.const_data_ptr<std::int64_t>(),
                                         weights.size(1), rows.size(1), begin, end, drows.mutable_data_ptr<float>(),
                                         dweights.mutable_data_ptr<float>());
        });
        return {drows, dweights, {}};
    }
};

}  // namespace

TokenOrder orderByExpert(const torch::Tensor& expert_ids_TK, std::int64_t experts)
{
    const torch::Tensor ids = expert_ids_TK.contiguous();
    TokenOrder order{torch::empty({ids.numel()}, torch::kInt64), torch::empty({ids.numel()}, torch::kInt64),
                     std::vector<std::int64_t>(std::size_t(experts + 1)), ids.size(1)};
    kernels::sortByExpert(ids.const_data_ptr<std::int64_t>(), ids.size(0), ids.size(1), experts,
                          order.slotOfRow.mutable_data_ptr<std::int64_t>(), order.rowOfSlot.mutable_data_ptr<std::int64_t>(),
                          order.offsets.data());
    return order;
}

torch::Tensor gatherTokens(const torch::Tensor& x_TD, const TokenOrder& order)
{
    return Gather::apply(x_TD, order.slotOfRow, order.rowOfSlot, order.topK);
}

torch::Tensor combineTokens(const torch::Tensor& rows, const torch::Tensor& weights_TK, const TokenOrder& order)
{
    return Combine::apply(rows, weights_TK, order.rowOfSlot);
}

}  // namespace moebel
