#include <algorithm>

#include "engine/model/device_kernels.h"
#include "engine/training/losses.h"

namespace moebel
{
namespace
{

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

/// Rows begin..end-1 of the logits in fp32: the only place where they exist.
torch::Tensor chunkLogits(const torch::Tensor& hidden_TD, const OutputHead& head, std::int64_t begin, std::int64_t end)
{
    const torch::Tensor logits_RV = torch::mm(hidden_TD.slice(0, begin, end), head.weight_VD.t()).to(torch::kFloat32);
    return head.softCap > 0 ? logits_RV.div_(head.softCap).tanh_().mul_(head.softCap) : logits_RV;
}

/// Losses of the rows; the logits become the gradient of the summed loss where `toGradient`.
void crossEntropyRows(const torch::Tensor& logits_RV, const torch::Tensor& targets_R, bool toGradient,
                      const torch::Tensor& loss_R)
{
    const DeviceKernels device = kernelsFor(logits_RV);
    float *logits = logits_RV.mutable_data_ptr<float>(), *loss = loss_R.mutable_data_ptr<float>();
    const std::int64_t *targets = targets_R.const_data_ptr<std::int64_t>(), rows = logits_RV.size(0),
                       vocabulary = logits_RV.size(1);
    if (toGradient)
        device.run(device.table.fp32.crossEntropyToGradient, logits, targets, rows, vocabulary, loss);
    else
        device.run(device.table.fp32.crossEntropy, logits, targets, rows, vocabulary, loss, nullptr);
}

/// sum += left right, the sum in fp32.
void addProduct(torch::Tensor& sum, const torch::Tensor& left, const torch::Tensor& right)
{
    if (left.scalar_type() == torch::kFloat32)
        sum.addmm_(left, right);
    else
        sum.add_(torch::mm(left, right));
}

/// The gradients are made in the forward pass, chunk by chunk, and scaled in the backward pass; a frozen head costs no product.
struct ChunkedCrossEntropy : torch::autograd::Function<ChunkedCrossEntropy> {
    static torch::Tensor forward(AutogradContext* context, const torch::Tensor& hidden_TD, const torch::Tensor& head_VD,
                                 double softCap, const torch::Tensor& targets_T, std::int64_t chunkRows,
                                 const torch::Tensor& tokenLoss_T)
    {
        const OutputHead head(head_VD, softCap);
        const std::int64_t rows = hidden_TD.size(0);
        const torch::TensorOptions ofDevice = torch::dtype(torch::kFloat32).device(hidden_TD.device());
        const torch::Tensor targets = targets_T.to(hidden_TD.device()).contiguous();
        const bool wantsHidden = hidden_TD.requires_grad();
        const bool wantsHead = head_VD.requires_grad();
        torch::Tensor dhidden = wantsHidden ? torch::empty_like(hidden_TD) : torch::Tensor();
        torch::Tensor dhead = wantsHead ? torch::zeros(head_VD.sizes(), ofDevice) : torch::Tensor();
        torch::Tensor total = torch::zeros({}, ofDevice.dtype(torch::kFloat64));
        for (std::int64_t begin = 0; begin < rows; begin += chunkRows) {
            const std::int64_t end = std::min(begin + chunkRows, rows);
            const torch::Tensor logits_RV = chunkLogits(hidden_TD, head, begin, end);
            const torch::Tensor slope_RV = softCap > 0 ? 1 - (logits_RV / softCap).square() : torch::Tensor();
            const torch::Tensor loss_R = tokenLoss_T.slice(0, begin, end);
            crossEntropyRows(logits_RV, targets.slice(0, begin, end), wantsHidden || wantsHead, loss_R);
            total += loss_R.sum(torch::kFloat64);
            if (!wantsHidden && !wantsHead) continue;
            if (softCap > 0) logits_RV.mul_(slope_RV);
            const torch::Tensor dlogits_RV = logits_RV.to(head_VD.dtype());
            if (wantsHidden) dhidden.slice(0, begin, end).copy_(torch::mm(dlogits_RV, head_VD));
            if (wantsHead) addProduct(dhead, dlogits_RV.t(), hidden_TD.slice(0, begin, end));
        }
        context->save_for_backward({dhidden, dhead});
        context->saved_data["type"] = head_VD.scalar_type();
        return total.to(torch::kFloat32);
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const torch::Tensor scale = gradients[0];
        const torch::ScalarType type = context->saved_data["type"].toScalarType();
        const auto scaled = [&](const torch::Tensor& gradient) {
            return gradient.defined() ? (gradient * scale).to(type) : torch::Tensor();
        };
        return {scaled(saved[0]), scaled(saved[1]), {}, {}, {}, {}};
    }
};

}  // namespace

torch::Tensor languageModelLossSum(const torch::Tensor& hidden_TD, const OutputHead& head, const torch::Tensor& targets_T,
                                   std::int64_t chunkRows, torch::Tensor* tokenLoss_T)
{
    torch::Tensor perToken = torch::empty({hidden_TD.size(0)}, torch::dtype(torch::kFloat32).device(hidden_TD.device()));
    const torch::Tensor total =
        ChunkedCrossEntropy::apply(hidden_TD, head.weight_VD, head.softCap, targets_T, chunkRows, perToken);
    if (tokenLoss_T != nullptr) *tokenLoss_T = perToken;
    return total;
}

torch::Tensor tokenNegativeLogLikelihood(const torch::Tensor& hidden_TD, const OutputHead& head, const torch::Tensor& targets_T,
                                         std::int64_t chunkRows)
{
    const torch::NoGradGuard noGradient;
    const torch::Tensor loss_T = torch::empty({hidden_TD.size(0)}, torch::dtype(torch::kFloat32).device(hidden_TD.device()));
    const torch::Tensor targets = targets_T.to(hidden_TD.device()).contiguous();
    for (std::int64_t begin = 0; begin < hidden_TD.size(0); begin += chunkRows) {
        const std::int64_t end = std::min(begin + chunkRows, hidden_TD.size(0));
        crossEntropyRows(chunkLogits(hidden_TD, head, begin, end), targets.slice(0, begin, end), false,
                         loss_T.slice(0, begin, end));
    }
    return loss_T;
}

}  // namespace moebel
