#include "engine/model/moe_layer.h"

#include <algorithm>

#include "engine/model/feed_forward.h"
#include "engine/model/token_dispatch.h"
#include "kernels/gate_topk.h"

namespace moebel
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

const float* numbersOrNull(const torch::Tensor& tensor) { return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr; }

/// logits -> scores, weights, ids. Small enough for one thread.
struct Gate : torch::autograd::Function<Gate> {
    static tensor_list forward(AutogradContext* context, const torch::Tensor& logits_TE, std::int64_t topK, bool renormalise)
    {
        const torch::Tensor logits = logits_TE.contiguous();
        const std::int64_t tokens = logits.size(0), experts = logits.size(1);
        torch::Tensor scores = torch::empty_like(logits);
        torch::Tensor weights = torch::empty({tokens, topK}), ids = torch::empty({tokens, topK}, torch::kInt64);
        kernels::gateTopK(logits.const_data_ptr<float>(), tokens, experts, topK, renormalise, scores.mutable_data_ptr<float>(),
                          weights.mutable_data_ptr<float>(), ids.mutable_data_ptr<std::int64_t>());
        context->save_for_backward({scores, weights, ids});
        context->saved_data["renormalise"] = renormalise;
        context->mark_non_differentiable({ids});
        context->set_materialize_grads(false);
        return {scores, weights, ids};
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        if (!gradients[0].defined() && !gradients[1].defined()) return {{}, {}, {}};
        const auto saved = context->get_saved_variables();
        const torch::Tensor &scores = saved[0], &weights = saved[1], &ids = saved[2];
        const auto dense = [](const torch::Tensor& tensor) { return tensor.defined() ? tensor.contiguous() : tensor; };
        const torch::Tensor dscores = dense(gradients[0]), dweights = dense(gradients[1]);
        torch::Tensor dlogits = torch::empty_like(scores);
        kernels::gateTopKBackward(numbersOrNull(dscores), numbersOrNull(dweights), scores.const_data_ptr<float>(),
                                  weights.const_data_ptr<float>(), ids.const_data_ptr<std::int64_t>(), scores.size(0),
                                  scores.size(1), weights.size(1), context->saved_data["renormalise"].toBool(),
                                  dlogits.mutable_data_ptr<float>());
        return {dlogits, {}, {}};
    }
};

}  // namespace

std::vector<std::pair<std::string, torch::Tensor>> Expert::tensors() const
{
    std::vector<std::pair<std::string, torch::Tensor>> all = {{"gate_proj.weight", gate_FD},
                                                              {"up_proj.weight", up_FD},
                                                              {"up_proj.bias", upBias_F},
                                                              {"down_proj.weight", down_DF},
                                                              {"down_proj.bias", downBias_D}};
    std::erase_if(all, [](const auto& entry) { return !entry.second.defined(); });
    return all;
}

torch::Tensor Expert::forward(const torch::Tensor& x_TD) const
{
    const torch::Tensor up = torch::linear(x_TD, up_FD, upBias_F);
    const auto down = [&](const torch::Tensor& activated) { return torch::linear(activated, down_DF, downBias_D); };
    switch (kind) {
        case FeedForwardKind::SwiGlu:
            return down(torch::silu(torch::linear(x_TD, gate_FD)) * up);
        case FeedForwardKind::GeGlu:
            return down(torch::gelu(torch::linear(x_TD, gate_FD), "tanh") * up);
        case FeedForwardKind::Gelu:
            return down(torch::gelu(up, "tanh"));
    }
    return {};
}

RoutingDecision Router::route(const torch::Tensor& x_TD) const
{
    RoutingDecision decision;
    decision.logits_TE = torch::linear(x_TD.to(torch::kFloat32), weight_ED.to(torch::kFloat32));
    const std::int64_t kept = std::min(topK, weight_ED.size(0));
    const tensor_list gated = Gate::apply(decision.logits_TE, kept, renormalise && (kept > 1 || renormaliseTopOne));
    decision.scores_TE = gated[0];
    decision.weights_TK = gated[1];
    decision.expert_ids_TK = gated[2];
    return decision;
}

torch::Tensor SharedExpert::forward(const torch::Tensor& x_TD) const
{
    const torch::Tensor open_T1 = torch::sigmoid(torch::linear(x_TD.to(torch::kFloat32), gate_1D.to(torch::kFloat32)));
    return denseFeedForward(x_TD, expert) * open_T1;
}

torch::Tensor MoeLayer::forward(const torch::Tensor& x_TD, RoutingDecision* decision) const
{
    if (!isMoe()) return denseFeedForward(x_TD, bank.experts.front());
    const RoutingDecision routed = router.route(x_TD);
    const TokenOrder order = orderByExpert(routed.expert_ids_TK, std::int64_t(bank.experts.size()));
    if (decision != nullptr) *decision = routed;
    const torch::Tensor y_TD = routedFeedForward(x_TD, bank.experts, routed.weights_TK, order);
    return shared.gate_1D.defined() ? y_TD + shared.forward(x_TD) : y_TD;
}

torch::Tensor denseReference(const MoeLayer& layer, const torch::Tensor& x_TD, const RoutingDecision& decision)
{
    torch::Tensor y_TD = torch::zeros_like(x_TD);
    for (std::size_t e = 0; e < layer.bank.experts.size(); ++e) {
        const torch::Tensor chosen_TK = (decision.expert_ids_TK == std::int64_t(e)).to(decision.weights_TK.dtype());
        const torch::Tensor weight_T1 = (decision.weights_TK * chosen_TK).sum(-1, /*keepdim=*/true);
        y_TD = y_TD + layer.bank.experts[e].forward(x_TD) * weight_T1;
    }
    if (layer.shared.gate_1D.defined()) y_TD = y_TD + layer.shared.forward(x_TD);
    return y_TD;
}

}  // namespace moebel
