#include <algorithm>

#include "engine/training/losses.h"

namespace moebel {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Rows begin..end-1 of the logits in fp32: the only place where they exist.
torch::Tensor chunkLogits(const torch::Tensor& hidden_TD, const torch::Tensor& head_VD, std::int64_t begin, std::int64_t end)
{
    return torch::mm(hidden_TD.slice(0, begin, end), head_VD.t()).to(torch::kFloat32);
}

/// Turns log-probabilities into the gradient of the summed loss with respect to the logits, in place.
void toGradient(torch::Tensor& logProbability_RV, const torch::Tensor& target_R1, const torch::Tensor& loss_R1)
{
    logProbability_RV.exp_();
    logProbability_RV.scatter_(1, target_R1, torch::expm1(-loss_R1));  // p - 1, exact where p is near 1
}

/// The gradients are made in the forward pass, chunk by chunk, and scaled in the backward pass; a frozen head costs no product.
struct ChunkedCrossEntropy : torch::autograd::Function<ChunkedCrossEntropy> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& hidden_TD, const torch::Tensor& head_VD,
                                 const torch::Tensor& targets_T, std::int64_t chunkRows, const torch::Tensor& tokenLoss_T)
    {
        const std::int64_t rows = hidden_TD.size(0);
        const bool wantsHidden = hidden_TD.requires_grad();
        const bool wantsHead = head_VD.requires_grad();
        torch::Tensor dhidden = wantsHidden ? torch::empty_like(hidden_TD) : torch::Tensor();
        torch::Tensor dhead = wantsHead ? torch::zeros_like(head_VD) : torch::Tensor();
        torch::Tensor total = torch::zeros({}, torch::kFloat64);
        for (std::int64_t begin = 0; begin < rows; begin += chunkRows) {
            const std::int64_t end = std::min(begin + chunkRows, rows);
            torch::Tensor gradient_RV = torch::log_softmax(chunkLogits(hidden_TD, head_VD, begin, end), 1);
            const torch::Tensor target_R1 = targets_T.slice(0, begin, end).unsqueeze(1);
            const torch::Tensor loss_R1 = gradient_RV.gather(1, target_R1).neg_();
            tokenLoss_T.slice(0, begin, end).copy_(loss_R1.squeeze(1));
            total += loss_R1.sum(torch::kFloat64);
            if (!wantsHidden && !wantsHead) continue;
            toGradient(gradient_RV, target_R1, loss_R1);
            const torch::Tensor dlogits_RV = gradient_RV.to(head_VD.dtype());
            if (wantsHidden) dhidden.slice(0, begin, end).copy_(torch::mm(dlogits_RV, head_VD));
            if (wantsHead) dhead.addmm_(dlogits_RV.t(), hidden_TD.slice(0, begin, end));
        }
        context->save_for_backward({dhidden, dhead});
        return total.to(torch::kFloat32);
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const torch::Tensor scale = gradients[0];
        const auto scaled = [&](const torch::Tensor& gradient) {
            return gradient.defined() ? gradient * scale.to(gradient.dtype()) : torch::Tensor();
        };
        return {scaled(saved[0]), scaled(saved[1]), {}, {}, {}};
    }
};

}  // namespace

torch::Tensor languageModelLossSum(const torch::Tensor& hidden_TD, const torch::Tensor& head_VD, const torch::Tensor& targets_T,
                                   std::int64_t chunkRows, torch::Tensor* tokenLoss_T)
{
    torch::Tensor perToken = torch::empty({hidden_TD.size(0)}, torch::kFloat32);
    const torch::Tensor total = ChunkedCrossEntropy::apply(hidden_TD, head_VD, targets_T, chunkRows, perToken);
    if (tokenLoss_T != nullptr) *tokenLoss_T = perToken;
    return total;
}

torch::Tensor tokenNegativeLogLikelihood(const torch::Tensor& hidden_TD, const torch::Tensor& head_VD,
                                         const torch::Tensor& targets_T, std::int64_t chunkRows)
{
    const torch::NoGradGuard noGradient;
    torch::Tensor loss_T = torch::empty({hidden_TD.size(0)}, torch::kFloat32);
    for (std::int64_t begin = 0; begin < hidden_TD.size(0); begin += chunkRows) {
        const std::int64_t end = std::min(begin + chunkRows, hidden_TD.size(0));
        const torch::Tensor logits_RV = chunkLogits(hidden_TD, head_VD, begin, end);
        const torch::Tensor target_R = logits_RV.gather(1, targets_T.slice(0, begin, end).unsqueeze(1)).squeeze(1);
        loss_T.slice(0, begin, end).copy_(logits_RV.logsumexp(1) - target_R);
    }
    return loss_T;
}

}  // namespace moebel
