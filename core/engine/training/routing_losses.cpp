#include "engine/training/losses.h"

#include <map>

namespace moebel {
namespace {

std::vector<const RoutingDecision*> routed(const std::vector<RoutingDecision>& routing)
{
    std::vector<const RoutingDecision*> layers;
    for (const RoutingDecision& decision : routing)
        if (decision.defined()) layers.push_back(&decision);
    return layers;
}

torch::Tensor layerBalance(const RoutingDecision& decision, BalanceForm form, const torch::Tensor& counts_E)
{
    const std::int64_t experts = decision.scores_TE.size(1);
    const std::int64_t topK = decision.expert_ids_TK.size(1);
    if (form == BalanceForm::Constant) return torch::full({}, double(experts) / double(topK), decision.scores_TE.options().requires_grad(false));
    const std::int64_t tokens = counts_E.sum().item<std::int64_t>() / topK;
    double factor = double(experts) / double(tokens);
    if (form == BalanceForm::Paper) factor /= double(topK);
    return (counts_E.to(torch::kFloat32) * decision.scores_TE.mean(0)).sum() * factor;
}

/// -log G_0 of each of the given tokens.
torch::Tensor priorOfTokens(const torch::Tensor& logits_OE, PriorForm form)
{
    const torch::Tensor inner = form == PriorForm::Official ? torch::softmax(logits_OE, -1) : logits_OE;
    return -torch::log_softmax(inner, -1).select(1, 0);
}

/// 0 where the routing is.
torch::Tensor nothing(const std::vector<const RoutingDecision*>& layers)
{
    return torch::zeros({}, layers.empty() ? torch::Device(torch::kCPU) : layers.front()->scores_TE.device());
}

}  // namespace

std::vector<torch::Tensor> expertCounts(const std::vector<RoutingDecision>& routing)
{
    std::vector<torch::Tensor> counts(routing.size());
    for (std::size_t layer = 0; layer < routing.size(); ++layer)
        if (routing[layer].defined())
            counts[layer] = torch::bincount(routing[layer].expert_ids_TK.reshape({-1}), {}, routing[layer].scores_TE.size(1));
    return counts;
}

torch::Tensor loadBalanceLoss(const std::vector<RoutingDecision>& routing, BalanceForm form, const std::vector<torch::Tensor>& counts)
{
    const auto layers = routed(routing);
    torch::Tensor sum = nothing(layers);
    for (std::size_t layer = 0; layer < routing.size(); ++layer)
        if (routing[layer].defined()) sum = sum + layerBalance(routing[layer], form, counts[layer]);
    return layers.empty() ? sum : sum / double(layers.size());
}

torch::Tensor loadBalanceLoss(const std::vector<RoutingDecision>& routing, BalanceForm form)
{
    return loadBalanceLoss(routing, form, expertCounts(routing));
}

torch::Tensor languagePriorLoss(const std::vector<RoutingDecision>& routing, const torch::Tensor& isOriginal_T, PriorForm form,
                                double share)
{
    const auto layers = routed(routing);
    torch::Tensor sum = nothing(layers);
    const torch::Tensor original_O = isOriginal_T.nonzero().squeeze(1).to(sum.device());
    if (layers.empty() || original_O.numel() == 0) return sum;
    std::map<std::int64_t, std::int64_t> layersOf;  // by number of experts: the buckets of the released code
    for (const RoutingDecision* decision : layers) ++layersOf[decision->scores_TE.size(1)];
    for (const RoutingDecision* decision : layers) {
        const std::int64_t inBucket = layersOf[decision->scores_TE.size(1)];
        const double weight = form == PriorForm::Official ? 1.0 / double(inBucket * std::int64_t(layersOf.size()))
                                                          : 1.0 / double(layers.size());
        sum = sum + priorOfTokens(decision->logits_TE.index_select(0, original_O), form).mean() * weight;
    }
    return sum * share;
}

torch::Tensor classifierLoss(const std::vector<RoutingDecision>& routing, const torch::Tensor& isOriginal_B, double share)
{
    torch::Tensor sum = nothing(routed(routing));
    std::int64_t layers = 0;
    for (const RoutingDecision& decision : routing) {
        if (!decision.classifier_X2.defined()) continue;
        const torch::Tensor label_B = isOriginal_B.logical_not().to(sum.device(), torch::kInt64);
        const torch::Tensor label_X = label_B.repeat_interleave(decision.classifier_X2.size(0) / label_B.size(0));
        sum = sum + torch::cross_entropy_loss(decision.classifier_X2, label_X);
        ++layers;
    }
    return layers > 0 ? sum * (share / double(layers)) : sum;
}

torch::Tensor groupRouterLoss(const std::vector<RoutingDecision>& routing, const torch::Tensor& group_T, double share, double* accuracy)
{
    const auto layers = routed(routing);
    torch::Tensor sum = nothing(layers);
    const torch::Tensor rows = (group_T >= 0).nonzero().squeeze(1).to(sum.device());
    if (accuracy != nullptr) *accuracy = 0;
    if (layers.empty() || rows.numel() == 0) return sum;
    const torch::Tensor label_X = group_T.to(sum.device()).index_select(0, rows);
    for (const RoutingDecision* decision : layers) {
        const torch::Tensor logits_XE = decision->logits_TE.index_select(0, rows);
        sum = sum + torch::nll_loss(torch::log_softmax(logits_XE, -1), label_X);
        if (accuracy != nullptr)
            *accuracy += (logits_XE.detach().argmax(-1) == label_X).to(torch::kFloat32).mean().item<double>() / double(layers.size());
    }
    return sum * (share / double(layers.size()));
}

}  // namespace moebel
