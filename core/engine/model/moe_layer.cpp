#include "engine/model/moe_layer.h"

#include <algorithm>

#include "engine/model/device_kernels.h"
#include "engine/model/feed_forward.h"
#include "engine/model/token_dispatch.h"

namespace moebel
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

const float* numbersOrNull(const torch::Tensor& tensor) { return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr; }

/// logits -> scores, weights, ids.
struct Gate : torch::autograd::Function<Gate> {
    static tensor_list forward(AutogradContext* context, const torch::Tensor& logits_TE, std::int64_t topK, bool renormalise)
    {
        const torch::Tensor logits = logits_TE.contiguous();
        const std::int64_t tokens = logits.size(0), experts = logits.size(1);
        torch::Tensor scores = torch::empty_like(logits);
        torch::Tensor weights = torch::empty({tokens, topK}, logits.options());
        torch::Tensor ids = torch::empty({tokens, topK}, logits.options().dtype(torch::kInt64));
        const DeviceKernels device = kernelsFor(logits);
        device.run(device.table.gateTopK, logits.const_data_ptr<float>(), tokens, experts, topK, renormalise,
                   scores.mutable_data_ptr<float>(), weights.mutable_data_ptr<float>(), ids.mutable_data_ptr<std::int64_t>(),
                   nullptr);
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
        const DeviceKernels device = kernelsFor(scores);
        device.run(device.table.gateTopKBackward, numbersOrNull(dscores), numbersOrNull(dweights),
                   scores.const_data_ptr<float>(), weights.const_data_ptr<float>(), ids.const_data_ptr<std::int64_t>(),
                   scores.size(0), scores.size(1), weights.size(1), context->saved_data["renormalise"].toBool(),
                   dlogits.mutable_data_ptr<float>());
        return {dlogits, {}, {}};
    }
};

torch::Tensor dispatch(const torch::Tensor& x_TD, const std::vector<Expert>& experts, const torch::Tensor& ids_TK,
                       const torch::Tensor& weights_TK)
{
    return routedFeedForward(x_TD, experts, weights_TK, orderByExpert(ids_TK, std::int64_t(experts.size())));
}

/// Each token through its one expert with weight one; an expert that takes all of them computes as in a dense model, to the
/// bit.
torch::Tensor forcedForward(const torch::Tensor& x_TD, const std::vector<Expert>& experts, const torch::Tensor& expert_T)
{
    const std::int64_t first = expert_T[0].item<std::int64_t>();
    if ((expert_T == first).all().item<bool>()) return denseFeedForward(x_TD, experts[std::size_t(first)]);
    return dispatch(x_TD, experts, expert_T.unsqueeze(1), torch::ones({x_TD.size(0), 1}, x_TD.options().requires_grad(false)));
}

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

torch::Tensor RoutingDecision::forced() const
{
    if (!bypass_T.defined()) return hard_T;
    const torch::Tensor byClassifier_T = bypass_T.to(torch::kInt64) - 1;  // 0 or -1
    return hard_T.defined() ? torch::where(hard_T >= 0, hard_T, byClassifier_T) : byClassifier_T;
}

torch::Tensor SharedExpert::forward(const torch::Tensor& x_TD) const
{
    const torch::Tensor open_T1 = torch::sigmoid(torch::linear(x_TD.to(torch::kFloat32), gate_1D.to(torch::kFloat32)));
    return denseFeedForward(x_TD, expert) * open_T1;
}

torch::Tensor LanguageClassifier::logits(const torch::Tensor& x_TD, const SequenceLayout& layout) const
{
    const torch::Tensor each_T2 = torch::linear(x_TD.to(torch::kFloat32), weight_2D);
    const std::int64_t length = x_TD.size(0) / layout.sequences;
    torch::Tensor each_BS2 = each_T2.view({layout.sequences, length, 2});
    if (layout.lengths_B.defined()) {
        const torch::Tensor counts_BS =
            torch::arange(length, layout.lengths_B.options()).unsqueeze(0) < layout.lengths_B.unsqueeze(1);
        each_BS2 = each_BS2 * counts_BS.unsqueeze(2).to(torch::kFloat32);
    }
    switch (scope) {  // the sum of the inputs through the map is the sum of what the map makes of them
        case ClassifierScope::Sequence:
            return each_BS2.sum(1);
        case ClassifierScope::Prefix:
            return each_BS2.cumsum(1).view({-1, 2});
        case ClassifierScope::Token:
            return each_T2;
    }
    return {};
}

torch::Tensor MoeLayer::forward(const torch::Tensor& x_TD, RoutingDecision* decision, const SequenceLayout& layout) const
{
    if (!isMoe()) return denseFeedForward(x_TD, bank.experts.front());
    RoutingDecision routed = router.route(x_TD);
    if (classifier.weight_2D.defined()) {
        routed.classifier_X2 = classifier.logits(x_TD, layout);
        const torch::Tensor isOriginal_X = routed.classifier_X2.argmax(1) == 0;
        routed.bypass_T = isOriginal_X.repeat_interleave(x_TD.size(0) / isOriginal_X.size(0));
    }
    if (layout.expert_B.defined()) routed.hard_T = layout.expert_B.repeat_interleave(x_TD.size(0) / layout.sequences);
    const torch::Tensor y_TD = routedForward(x_TD, routed);
    if (decision != nullptr) *decision = std::move(routed);
    return shared.gate_1D.defined() ? y_TD + shared.forward(x_TD) : y_TD;
}

torch::Tensor MoeLayer::routedForward(const torch::Tensor& x_TD, const RoutingDecision& decision) const
{
    const torch::Tensor forced_T = decision.forced();
    if (!forced_T.defined()) return dispatch(x_TD, bank.experts, decision.expert_ids_TK, decision.weights_TK);
    const torch::Tensor past_P = (forced_T >= 0).nonzero().squeeze(1), routed_R = (forced_T < 0).nonzero().squeeze(1);
    if (routed_R.numel() == 0) return forcedForward(x_TD, bank.experts, forced_T);
    if (past_P.numel() == 0) return dispatch(x_TD, bank.experts, decision.expert_ids_TK, decision.weights_TK);
    const torch::Tensor past_PD = forcedForward(x_TD.index_select(0, past_P), bank.experts, forced_T.index_select(0, past_P));
    const torch::Tensor routed_RD =
        dispatch(x_TD.index_select(0, routed_R), bank.experts, decision.expert_ids_TK.index_select(0, routed_R),
                 decision.weights_TK.index_select(0, routed_R));
    return torch::zeros(x_TD.sizes(), past_PD.options().requires_grad(false))
        .index_copy(0, past_P, past_PD)
        .index_copy(0, routed_R, routed_RD);
}

torch::Tensor denseReference(const MoeLayer& layer, const torch::Tensor& x_TD, const RoutingDecision& decision)
{
    torch::Tensor y_TD = torch::zeros_like(x_TD);
    for (std::size_t e = 0; e < layer.bank.experts.size(); ++e) {
        const torch::Tensor chosen_TK = (decision.expert_ids_TK == std::int64_t(e)).to(decision.weights_TK.dtype());
        const torch::Tensor weight_T1 = (decision.weights_TK * chosen_TK).sum(-1, /*keepdim=*/true);
        y_TD = y_TD + layer.bank.experts[e].forward(x_TD) * weight_T1;
    }
    const torch::Tensor forced_T = decision.forced();
    for (std::size_t e = 0; e < layer.bank.experts.size() && forced_T.defined(); ++e)
        y_TD = torch::where((forced_T == std::int64_t(e)).unsqueeze(1), layer.bank.experts[e].forward(x_TD), y_TD);
    if (layer.shared.gate_1D.defined()) y_TD = y_TD + layer.shared.forward(x_TD);
    return y_TD;
}

}  // namespace moebel
