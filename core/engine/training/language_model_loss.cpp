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

/// Turns logits into the gradient of the summed loss in place, and returns each row's loss.
torch::Tensor toGradient(torch::Tensor& logits_RV, const torch::Tensor& targets_R)
{
    const torch::Tensor target_R1 = targets_R.unsqueeze(1);
    const torch::Tensor targetLogit_R1 = logits_RV.gather(1, target_R1);
    const torch::Tensor logSum_R1 = logits_RV.logsumexp(1, /*keepdim=*/true);
    logits_RV.sub_(logSum_R1).exp_();
    logits_RV.scatter_(1, target_R1, (targetLogit_R1 - logSum_R1).exp() - 1.0);
    return (logSum_R1 - targetLogit_R1).squeeze(1);
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
            torch::Tensor logits_RV = chunkLogits(hidden_TD, head_VD, begin, end);
            const torch::Tensor loss_R = toGradient(logits_RV, targets_T.slice(0, begin, end));
            tokenLoss_T.slice(0, begin, end).copy_(loss_R);
            total += loss_R.sum(torch::kFloat64);
            const torch::Tensor dlogits_RV = logits_RV.to(head_VD.dtype());
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
