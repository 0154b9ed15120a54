#include "engine/model/decoder.h"

#include <algorithm>
#include <cassert>
#include <map>

#include "engine/model/embedding.h"
#include "engine/model/norm.h"

namespace moebel
{
namespace
{

constexpr std::int64_t kPositionsKept = 4096;  ///< longer sequences make their table of angles when they come

AttentionWeights emptyAttention(const ModelShape& shape)
{
    const std::int64_t queryWidth = shape.heads * shape.headSize;
    const std::int64_t keyWidth = shape.keyValueHeads * shape.headSize;
    AttentionWeights weights{torch::empty({shape.width}),
                             torch::empty({queryWidth, shape.width}),
                             torch::empty({keyWidth, shape.width}),
                             torch::empty({keyWidth, shape.width}),
                             torch::empty({shape.width, queryWidth}),
                             {},
                             {},
                             {},
                             {},
                             {},
                             {}};
    if (shape.qkvBias) {
        weights.queryBias = torch::empty({queryWidth});
        weights.keyBias = torch::empty({keyWidth});
        weights.valueBias = torch::empty({keyWidth});
    }
    if (shape.outputBias) weights.outputBias = torch::empty({shape.width});
    if (shape.queryKeyNorm) {
        weights.queryNorm_C = torch::empty({shape.headSize});
        weights.keyNorm_C = torch::empty({shape.headSize});
    }
    return weights;
}

MoeLayer emptyFeedForward(const ModelShape& shape, const ExpertAllocation& allocation, std::int64_t layer)
{
    const bool isMoe = allocation.isMoe(layer);
    const std::int64_t experts = isMoe ? allocation.experts[std::size_t(layer)] : 1;
    MoeLayer feedForward;
    for (std::int64_t e = 0; e < experts; ++e)
        feedForward.bank.experts.push_back(Expert{torch::empty({shape.feedForwardWidth, shape.width}),
                                                  torch::empty({shape.feedForwardWidth, shape.width}),
                                                  torch::empty({shape.width, shape.feedForwardWidth})});
    if (isMoe)
        feedForward.router =
            Router{torch::empty({experts, shape.width}), std::min(allocation.topK, experts), allocation.renormaliseTopOne};
    return feedForward;
}

void appendFeedForward(const MoeLayer& feedForward, const std::string& prefix, std::vector<NamedParameter>& list)
{
    if (!feedForward.isMoe()) {
        const Expert& expert = feedForward.bank.experts.front();
        list.push_back({prefix + "gate_proj.weight", ParameterGroup::OriginalExpert, expert.gate_FD});
        list.push_back({prefix + "up_proj.weight", ParameterGroup::OriginalExpert, expert.up_FD});
        list.push_back({prefix + "down_proj.weight", ParameterGroup::OriginalExpert, expert.down_DF});
        return;
    }
    list.push_back({prefix + "router.weight", ParameterGroup::Router, feedForward.router.weight_ED});
    for (std::size_t e = 0; e < feedForward.bank.experts.size(); ++e) {
        const Expert& expert = feedForward.bank.experts[e];
        const ParameterGroup group = e == 0 ? ParameterGroup::OriginalExpert : ParameterGroup::NewExpert;
        const std::string name = prefix + "experts." + std::to_string(e) + '.';
        list.push_back({name + "gate_proj.weight", group, expert.gate_FD});
        list.push_back({name + "up_proj.weight", group, expert.up_FD});
        list.push_back({name + "down_proj.weight", group, expert.down_DF});
    }
}

void appendAttention(const AttentionWeights& weights, const std::string& prefix, std::vector<NamedParameter>& list)
{
    const auto add = [&](const char* name, const torch::Tensor& tensor, ParameterGroup group = ParameterGroup::Attention) {
        if (tensor.defined()) list.push_back({prefix + name, group, tensor});
    };
    add("q_proj.weight", weights.query_HCxD);
    add("q_proj.bias", weights.queryBias);
    add("k_proj.weight", weights.key_GCxD);
    add("k_proj.bias", weights.keyBias);
    add("v_proj.weight", weights.value_GCxD);
    add("v_proj.bias", weights.valueBias);
    add("o_proj.weight", weights.output_DxHC);
    add("o_proj.bias", weights.outputBias);
    add("q_norm.weight", weights.queryNorm_C, ParameterGroup::Norm);
    add("k_norm.weight", weights.keyNorm_C, ParameterGroup::Norm);
}

/// What each layer sees of a sequence of this length; undefined: all that came before. Layers of one window share a mask.
std::vector<torch::Tensor> layerMasks(const ModelShape& shape, std::int64_t length)
{
    std::vector<torch::Tensor> masks(std::size_t(shape.layers));
    std::map<std::int64_t, torch::Tensor> made;
    for (std::size_t layer = 0; layer < shape.windows.size(); ++layer) {
        const std::int64_t window = shape.windows[layer];
        if (window <= 0 || window >= length) continue;
        if (!made.contains(window)) made[window] = windowMask(length, window);
        masks[layer] = made[window];
    }
    return masks;
}

}  // namespace

std::string_view name(ParameterGroup group)
{
    switch (group) {
        case ParameterGroup::Embedding:
            return "embedding";
        case ParameterGroup::Attention:
            return "attention";
        case ParameterGroup::Norm:
            return "norm";
        case ParameterGroup::OriginalExpert:
            return "original-expert";
        case ParameterGroup::NewExpert:
            return "new-expert";
        case ParameterGroup::Router:
            return "router";
        case ParameterGroup::Head:
            return "head";
    }
    return {};
}

Decoder::Decoder(ModelShape modelShape, ExpertAllocation allocation)
    : m_shape(std::move(modelShape)), m_allocation(std::move(allocation))
{
    const ModelShape& shape = m_shape;
    m_embedding_VD = torch::empty({shape.vocabulary, shape.width});
    for (std::int64_t layer = 0; layer < shape.layers; ++layer)
        m_layers.push_back({emptyAttention(shape), torch::empty({shape.width}), emptyFeedForward(shape, m_allocation, layer)});
    m_finalNorm_D = torch::empty({shape.width});
    if (!shape.tiedHead) m_head_VD = torch::empty({shape.vocabulary, shape.width});
    m_rotary = rotaryTable(std::min(shape.contextLength, kPositionsKept), shape);
}

torch::ScalarType Decoder::computeType() const { return m_embedding_VD.scalar_type(); }

torch::Tensor Decoder::head_VD() const { return m_shape.tiedHead ? m_embedding_VD : m_head_VD; }

DecoderOutput Decoder::forward(const torch::Tensor& ids_BS) const
{
    assert(ids_BS.dim() == 2);
    const std::int64_t sequences = ids_BS.size(0), length = ids_BS.size(1);
    const RotaryTable rotary = length <= m_rotary.length() ? m_rotary : rotaryTable(length, m_shape);
    const std::vector<torch::Tensor> masks = layerMasks(m_shape, length);
    DecoderOutput output;
    // x: the residual stream; delta: what the last part adds to it, together with the norm that follows. All three are fp32
    // whatever the products compute with.
    torch::Tensor x_TD = embeddingRows(m_embedding_VD, ids_BS.reshape({-1}));
    torch::Tensor delta_TD;
    const auto normed = [&](const torch::Tensor& weight_D) {
        if (!delta_TD.defined()) return rmsNorm(x_TD, weight_D, m_shape.normEpsilon);
        ResidualNorm both = addRmsNorm(x_TD, delta_TD, weight_D, m_shape.normEpsilon);
        x_TD = std::move(both.sum_TD);
        return both.normed_TD;
    };
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const DecoderLayer& layer = m_layers[i];
        const torch::Tensor normed_TD = normed(layer.attention.norm_D).to(computeType());
        delta_TD = attend(layer.attention, m_shape, normed_TD, sequences, rotary, masks[i]).to(torch::kFloat32);
        RoutingDecision decision;
        delta_TD = layer.feedForward.forward(normed(layer.feedForwardNorm_D), &decision);
        output.routing.push_back(std::move(decision));
    }
    output.hidden_TD = normed(m_finalNorm_D).to(computeType());
    return output;
}

std::vector<NamedParameter> Decoder::parameters() const
{
    std::vector<NamedParameter> list = {{"model.embed_tokens.weight", ParameterGroup::Embedding, m_embedding_VD}};
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const std::string prefix = "model.layers." + std::to_string(i) + '.';
        list.push_back({prefix + "input_layernorm.weight", ParameterGroup::Norm, m_layers[i].attention.norm_D});
        appendAttention(m_layers[i].attention, prefix + "self_attn.", list);
        list.push_back({prefix + "post_attention_layernorm.weight", ParameterGroup::Norm, m_layers[i].feedForwardNorm_D});
        appendFeedForward(m_layers[i].feedForward, prefix + "mlp.", list);
    }
    list.push_back({"model.norm.weight", ParameterGroup::Norm, m_finalNorm_D});
    if (m_head_VD.defined()) list.push_back({"lm_head.weight", ParameterGroup::Head, m_head_VD});
    return list;
}

torch::Tensor logits(const Decoder& decoder, const torch::Tensor& ids_BS, std::vector<RoutingDecision>* routing)
{
    const torch::NoGradGuard noGradient;
    DecoderOutput output = decoder.forward(ids_BS);
    if (routing != nullptr) *routing = std::move(output.routing);
    return torch::linear(output.hidden_TD.to(torch::kFloat32), decoder.head_VD().to(torch::kFloat32));
}

}  // namespace moebel
