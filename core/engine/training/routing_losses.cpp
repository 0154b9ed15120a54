#include "engine/training/losses.h"

namespace moebel {
namespace {

std::vector<const RoutingDecision*> routed(const std::vector<RoutingDecision>& routing)
{
    std::vector<const RoutingDecision*> layers;
    for (const RoutingDecision& decision : routing)
        if (decision.defined()) layers.push_back(&decision);
    return layers;
}

torch::Tensor layerBalance(const RoutingDecision& decision, BalanceForm form)
{
    const std::int64_t experts = decision.scores_TE.size(1);
    const std::int64_t topK = decision.expert_ids_TK.size(1);
    const torch::Tensor counts_E = torch::bincount(decision.expert_ids_TK.reshape({-1}), {}, experts).to(torch::kFloat32);
    double factor = double(experts) / double(decision.scores_TE.size(0));
    if (form == BalanceForm::Paper) factor /= double(topK);
    return (counts_E * decision.scores_TE.mean(0)).sum() * factor;
}

/// -log G_0 of each of the given tokens.
torch::Tensor priorOfTokens(const torch::Tensor& logits_OE, PriorForm form)
{
    const torch::Tensor inner = form == PriorForm::Official ? torch::softmax(logits_OE, -1) : logits_OE;
    return -torch::log_softmax(inner, -1).select(1, 0);
}

}  // namespace

torch::Tensor loadBalanceLoss(const std::vector<RoutingDecision>& routing, BalanceForm form)
{
    torch::Tensor sum = torch::zeros({});
    const auto layers = routed(routing);
    for (const RoutingDecision* decision : layers) sum = sum + layerBalance(*decision, form);
    return layers.empty() ? sum : sum / double(layers.size());
}

torch::Tensor languagePriorLoss(const std::vector<RoutingDecision>& routing, const torch::Tensor& isOriginal_T, PriorForm form,
                                double share)
{
    torch::Tensor sum = torch::zeros({});
    const auto layers = routed(routing);
    const torch::Tensor original_O = isOriginal_T.nonzero().squeeze(1);
    if (layers.empty() || original_O.numel() == 0) return sum;
    for (const RoutingDecision* decision : layers)
        sum = sum + priorOfTokens(decision->logits_TE.index_select(0, original_O), form).mean();
    return sum * (share / double(layers.size()));
}

}  // namespace moebel
