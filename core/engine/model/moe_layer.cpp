#include "engine/model/moe_layer.h"

#include <algorithm>

#include "engine/model/token_dispatch.h"

namespace moebel {

torch::Tensor Expert::forward(const torch::Tensor& x_TD) const
{
    return torch::linear(torch::silu(torch::linear(x_TD, gate_FD)) * torch::linear(x_TD, up_FD), down_DF);
}

RoutingDecision Router::route(const torch::Tensor& x_TD) const
{
    RoutingDecision decision;
    decision.logits_TE = torch::linear(x_TD.to(torch::kFloat32), weight_ED.to(torch::kFloat32));
    decision.scores_TE = torch::softmax(decision.logits_TE, -1);
    const torch::Tensor order = std::get<1>(decision.scores_TE.detach().sort(/*stable=*/true, -1, /*descending=*/true));
    decision.expert_ids_TK = order.narrow(-1, 0, std::min(topK, order.size(-1))).contiguous();
    decision.weights_TK = decision.scores_TE.gather(-1, decision.expert_ids_TK);
    if (decision.weights_TK.size(-1) > 1 || renormaliseTopOne)
        decision.weights_TK = decision.weights_TK / decision.weights_TK.sum(-1, /*keepdim=*/true);
    return decision;
}

torch::Tensor MoeLayer::forward(const torch::Tensor& x_TD, RoutingDecision* decision) const
{
    if (!isMoe()) return bank.experts.front().forward(x_TD);
    const RoutingDecision routed = router.route(x_TD);
    const TokenOrder order = orderByExpert(routed.expert_ids_TK, std::int64_t(bank.experts.size()));
    const torch::Tensor rows = gatherTokens(x_TD, order);
    std::vector<torch::Tensor> outputs;
    for (std::size_t e = 0; e < bank.experts.size(); ++e) {
        const std::int64_t begin = order.offsets[e];
        const std::int64_t count = order.offsets[e + 1] - begin;
        if (count > 0) outputs.push_back(bank.experts[e].forward(rows.narrow(0, begin, count)));
    }
    const torch::Tensor y_TD = combineTokens(torch::cat(outputs), routed.weights_TK, order);
    if (decision != nullptr) *decision = routed;
    return y_TD;
}

torch::Tensor denseReference(const MoeLayer& layer, const torch::Tensor& x_TD, const RoutingDecision& decision)
{
    torch::Tensor y_TD = torch::zeros_like(x_TD);
    for (std::size_t e = 0; e < layer.bank.experts.size(); ++e) {
        const torch::Tensor chosen_TK = (decision.expert_ids_TK == std::int64_t(e)).to(decision.weights_TK.dtype());
        const torch::Tensor weight_T1 = (decision.weights_TK * chosen_TK).sum(-1, /*keepdim=*/true);
        y_TD = y_TD + layer.bank.experts[e].forward(x_TD) * weight_T1;
    }
    return y_TD;
}

}  // namespace moebel
