// The losses; each a value in the graph and a name for the record.
#pragma once

#include <string_view>
#include <vector>

#include "engine/model/decoder.h"
#include "moebel/experiment/experiment.h"

namespace moebel {

/// Sum over tokens of -log p(target), nats, chunked over rows: the logits of a whole batch are never materialised in fp32.
/// The gradients are made inside the forward pass; a frozen head costs no product. Differentiable in hidden and head.
/// `tokenLoss_T` receives each token's loss without a graph.
torch::Tensor languageModelLossSum(const torch::Tensor& hidden_TD, const OutputHead& head, const torch::Tensor& targets_T,
                                   std::int64_t chunkRows = 512, torch::Tensor* tokenLoss_T = nullptr);

/// The same per token and without a graph, [T]: for evaluation.
torch::Tensor tokenNegativeLogLikelihood(const torch::Tensor& hidden_TD, const OutputHead& head,
                                         const torch::Tensor& targets_T, std::int64_t chunkRows = 512);

/// How often each expert was chosen, int64, one tensor a layer; undefined for dense layers.
std::vector<torch::Tensor> expertCounts(const std::vector<RoutingDecision>& routing);

/// methods.md 1.3. Mean over MoE layers; the gradient flows through the mean scores only. No MoE layer: 0. Constant: experts / K
/// without a gradient, which is what a softmax over the kept logits alone comes to (methods.md 3.7). `counts`: of the whole
/// step, where `routing` is a part of it; times the part's share of the tokens the parts then sum to the loss of the whole step.
torch::Tensor loadBalanceLoss(const std::vector<RoutingDecision>& routing, BalanceForm form, const std::vector<torch::Tensor>& counts);
torch::Tensor loadBalanceLoss(const std::vector<RoutingDecision>& routing, BalanceForm form);

/// methods.md 1.4: mean over (layers x original-language tokens) of -log G_0, multiplied by `share`, which is
/// (original tokens here / original tokens of the whole step) under gradient accumulation. No such token: 0 with zero gradient.
/// Official: layers of one number of experts are averaged first, then these buckets (methods.md 2.5).
torch::Tensor languagePriorLoss(const std::vector<RoutingDecision>& routing, const torch::Tensor& isOriginal_T, PriorForm form,
                                double share = 1.0);

/// methods.md 3.7: mean over MoE layers and tokens of -log softmax(logits)[group], in nats; tokens of no group (-1) count for
/// nothing. No such layer or token: 0. `accuracy`: share of the tokens whose highest logit is their group's.
torch::Tensor groupRouterLoss(const std::vector<RoutingDecision>& routing, const torch::Tensor& group_T, double share = 1.0,
                              double* accuracy = nullptr);

/// methods.md 2.4: mean over the layers with a classifier, and over their decisions, of -log softmax[label]; the label of a
/// sequence and of its tokens is 0 where its language is original, else 1. No such layer: 0.
torch::Tensor classifierLoss(const std::vector<RoutingDecision>& routing, const torch::Tensor& isOriginal_B, double share = 1.0);

}  // namespace moebel
