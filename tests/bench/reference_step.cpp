#include "tests/bench/reference_step.h"

#include <torch/nn/utils/clip_grad.h>

namespace moebel::bench {
namespace {

torch::Tensor norm(const torch::Tensor& x, const torch::Tensor& weight, double epsilon)
{
    return x * torch::rsqrt(x.pow(2).mean(-1, true) + epsilon) * weight;
}

torch::Tensor rotate(const torch::Tensor& x_BHSC, double theta)
{
    const std::int64_t headSize = x_BHSC.size(-1);
    const torch::Tensor frequency = torch::pow(theta, -torch::arange(0, headSize, 2, torch::kFloat32) / double(headSize));
    const torch::Tensor angle = torch::outer(torch::arange(x_BHSC.size(2), torch::kFloat32), frequency);
    const torch::Tensor both = torch::cat({angle, angle}, -1);
    const auto halves = x_BHSC.chunk(2, -1);
    return x_BHSC * both.cos() + torch::cat({-halves[1], halves[0]}, -1) * both.sin();
}

torch::Tensor attention(const AttentionWeights& weights, const ModelShape& shape, const torch::Tensor& x_BSD)
{
    const auto heads = [&](const torch::Tensor& weight, std::int64_t count) {
        return torch::linear(x_BSD, weight).view({x_BSD.size(0), x_BSD.size(1), count, shape.headSize}).transpose(1, 2);
    };
    const torch::Tensor mixed = at::scaled_dot_product_attention(
        rotate(heads(weights.query_HCxD, shape.heads), shape.ropeTheta),
        rotate(heads(weights.key_GCxD, shape.keyValueHeads), shape.ropeTheta), heads(weights.value_GCxD, shape.keyValueHeads), {},
        0.0, true);
    return torch::linear(mixed.transpose(1, 2).reshape(x_BSD.sizes()), weights.output_DxHC);
}

/// The loop of the published code: one mask, one where, one gather and one index_add for each expert.
torch::Tensor expertLoop(const MoeLayer& layer, const torch::Tensor& x_TD, torch::Tensor& logits_TE)
{
    const std::int64_t experts = std::int64_t(layer.bank.experts.size());
    logits_TE = torch::linear(x_TD, layer.router.weight_ED);
    const auto kept = torch::softmax(logits_TE, -1).topk(layer.router.topK, -1);
    const torch::Tensor weights_TK = std::get<0>(kept) / std::get<0>(kept).sum(-1, true);
    const torch::Tensor mask_EKT = torch::one_hot(std::get<1>(kept), experts).permute({2, 1, 0});
    torch::Tensor y_TD = torch::zeros_like(x_TD);
    for (std::int64_t e = 0; e < experts; ++e) {
        const auto where = torch::where(mask_EKT[e]);
        const torch::Tensor output = layer.bank.experts[std::size_t(e)].forward(x_TD.index_select(0, where[1]));
        y_TD = y_TD.index_add(0, where[1], output * weights_TK.index({where[1], where[0]}).unsqueeze(1));
    }
    return y_TD;
}

torch::autograd::tensor_list layerForward(const DecoderLayer& layer, const ModelShape& shape, const torch::Tensor& x_BSD)
{
    const torch::Tensor h = x_BSD + attention(layer.attention, shape, norm(x_BSD, layer.attentionNorm.weight_D, shape.normEpsilon));
    torch::Tensor logits_TE;
    const torch::Tensor normed = norm(h, layer.feedForwardNorm.weight_D, shape.normEpsilon).reshape({-1, shape.width});
    return {h + expertLoop(layer.feedForward, normed, logits_TE).view_as(h), logits_TE};
}

/// Keeps only the input of a layer and computes it again in the backward pass.
struct Checkpoint : torch::autograd::Function<Checkpoint> {
    static torch::autograd::tensor_list forward(torch::autograd::AutogradContext* context, const torch::Tensor& x_BSD,
                                                std::int64_t layer, std::int64_t shape)
    {
        context->save_for_backward({x_BSD});
        context->saved_data["layer"] = layer;
        context->saved_data["shape"] = shape;
        return compute(layer, shape, x_BSD);
    }
    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context, torch::autograd::tensor_list gradients)
    {
        const torch::AutoGradMode withGradient(true);
        const torch::Tensor x = context->get_saved_variables()[0].detach().requires_grad_();
        torch::autograd::tensor_list outputs = compute(context->saved_data["layer"].toInt(), context->saved_data["shape"].toInt(), x);
        torch::autograd::tensor_list with, given;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            if (gradients[i].defined() && outputs[i].requires_grad()) {
                with.push_back(outputs[i]);
                given.push_back(gradients[i]);
            }
        }
        torch::autograd::backward(with, given);
        return {x.grad(), {}, {}};
    }
    /// Addresses travel as numbers: the arguments of a Function are tensors or numbers.
    static torch::autograd::tensor_list compute(std::int64_t layer, std::int64_t shape, const torch::Tensor& x_BSD)
    {
        return layerForward(*reinterpret_cast<const DecoderLayer*>(layer), *reinterpret_cast<const ModelShape*>(shape), x_BSD);
    }
};

}  // namespace

ReferenceTrainer::ReferenceTrainer(Decoder& decoder, const StageSpec& stage, std::vector<Language> languages,
                                   const SampleStream& stream, bool checkpointing)
    : m_decoder(decoder),
      m_stage(stage),
      m_languages(std::move(languages)),
      m_stream(stream),
      m_checkpointing(checkpointing)
{
    for (const NamedParameter& parameter : applyFreezePlan(decoder, stage.trainable)) {
        m_trained.push_back(parameter.tensor);
    }
    const auto options =
        torch::optim::AdamWOptions(stage.learningRate).betas({stage.beta1, stage.beta2}).weight_decay(stage.weightDecay);
    m_optimizer = std::make_unique<torch::optim::AdamW>(m_trained, options);
}

torch::Tensor ReferenceTrainer::forward(const torch::Tensor& ids_BS, std::vector<torch::Tensor>& routerLogits) const
{
    torch::Tensor x_BSD = torch::embedding(m_decoder.embedding_VD(), ids_BS);
    if (m_checkpointing) {
        x_BSD.requires_grad_();
    }
    const ModelShape& shape = m_decoder.shape();
    for (const DecoderLayer& layer : m_decoder.layers()) {
        const auto output = m_checkpointing ? Checkpoint::apply(x_BSD, reinterpret_cast<std::int64_t>(&layer),
                                                                reinterpret_cast<std::int64_t>(&shape))
                                            : layerForward(layer, shape, x_BSD);
        x_BSD = output[0];
        routerLogits.push_back(output[1]);
    }
    return torch::linear(norm(x_BSD, m_decoder.finalNorm_D(), shape.normEpsilon), m_decoder.head_VD()).to(torch::kFloat32);
}

torch::Tensor ReferenceTrainer::auxiliaryLoss(const std::vector<torch::Tensor>& routerLogits, const Batch& batch) const
{
    const torch::Tensor logits_LTE = torch::stack(routerLogits);
    if (m_stage.priorWeight > 0) {
        const torch::Tensor isOriginal_T = batch.isOriginal_B.repeat_interleave(batch.ids_BS.size(1));
        const torch::Tensor original = logits_LTE.index({at::indexing::Slice(), isOriginal_T});
        return -torch::log_softmax(original, -1).select(-1, 0).mean() * m_stage.priorWeight;
    }
    const torch::Tensor scores_LTE = torch::softmax(logits_LTE, -1);
    const std::int64_t experts = scores_LTE.size(-1), topK = m_decoder.allocation().topK;
    const torch::Tensor chosen_LTKE = torch::one_hot(std::get<1>(scores_LTE.topk(topK, -1)), experts).to(torch::kFloat32);
    const torch::Tensor balance_L = (chosen_LTKE.sum(2).mean(1) * scores_LTE.mean(1)).sum(-1) * (double(experts) / double(topK));
    return balance_L.mean() * m_stage.balanceWeight;
}

double ReferenceTrainer::trainStep(std::int64_t step)
{
    const Batch batch = makeBatch(m_stream, std::uint64_t(step * m_stage.batchSequences), m_stage.batchSequences, m_languages);
    m_optimizer->zero_grad();
    std::vector<torch::Tensor> routerLogits;
    const torch::Tensor logits_BSV = forward(batch.ids_BS, routerLogits);
    const torch::Tensor loss =
        torch::cross_entropy_loss(logits_BSV.view({-1, logits_BSV.size(-1)}), batch.targets_BS.reshape({-1})) +
        auxiliaryLoss(routerLogits, batch);
    loss.backward();
    torch::nn::utils::clip_grad_norm_(m_trained, m_stage.clipNorm);
    const double rate = scheduledLearningRate(m_stage.schedule, m_stage.learningRate, step, m_stage.steps());
    for (auto& group : m_optimizer->param_groups()) {
        group.options().set_lr(rate);
    }
    m_optimizer->step();
    return loss.item<double>();
}

}  // namespace moebel::bench
