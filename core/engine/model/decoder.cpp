#include "engine/model/decoder.h"

#include <cassert>
#include <cmath>

namespace moebel {
namespace {

torch::Tensor rmsNorm(const torch::Tensor& x_TD, const torch::Tensor& weight_D, double epsilon)
{
    return at::rms_norm(x_TD, {x_TD.size(-1)}, weight_D, epsilon);
}

/// cos and sin of every position and half of the head: [S, 1, C].
struct RotaryTable {
    torch::Tensor cos_S1C, sin_S1C;
};

RotaryTable rotaryTable(std::int64_t length, std::int64_t headSize, double theta)
{
    const torch::Tensor half = torch::arange(0, headSize, 2, torch::kFloat64) / double(headSize);
    const torch::Tensor angle = torch::outer(torch::arange(length, torch::kFloat64), torch::pow(theta, -half));
    const torch::Tensor both = torch::cat({angle, angle}, -1).unsqueeze(1);
    return {both.cos().to(torch::kFloat32), both.sin().to(torch::kFloat32)};
}

/// Hugging Face convention: the two halves of a head are the two coordinates.
torch::Tensor rotate(const torch::Tensor& x_BSHC, const RotaryTable& table)
{
    const auto halves = x_BSHC.chunk(2, -1);
    const torch::Tensor turned = torch::cat({-halves[1], halves[0]}, -1);
    return x_BSHC * table.cos_S1C.to(x_BSHC.dtype()) + turned * table.sin_S1C.to(x_BSHC.dtype());
}

torch::Tensor attend(const AttentionWeights& weights, const ModelShape& shape, const torch::Tensor& x_TD, std::int64_t sequences,
                     const RotaryTable& table)
{
    const std::int64_t length = x_TD.size(0) / sequences;
    const auto heads = [&](const torch::Tensor& weight, const torch::Tensor& bias, std::int64_t count) {
        return torch::linear(x_TD, weight, bias).view({sequences, length, count, shape.headSize});
    };
    const torch::Tensor query = rotate(heads(weights.query_HCxD, weights.queryBias, shape.heads), table).transpose(1, 2);
    const torch::Tensor key = rotate(heads(weights.key_GCxD, weights.keyBias, shape.keyValueHeads), table).transpose(1, 2);
    const torch::Tensor value = heads(weights.value_GCxD, weights.valueBias, shape.keyValueHeads).transpose(1, 2);
    const torch::Tensor mixed = at::scaled_dot_product_attention(query, key, value, {}, 0.0, /*is_causal=*/true, {},
                                                                 /*enable_gqa=*/shape.heads != shape.keyValueHeads);
    return torch::linear(mixed.transpose(1, 2).reshape({x_TD.size(0), shape.heads * shape.headSize}), weights.output_DxHC);
}

AttentionWeights emptyAttention(const ModelShape& shape)
{
    const std::int64_t queryWidth = shape.heads * shape.headSize;
    const std::int64_t keyWidth = shape.keyValueHeads * shape.headSize;
    AttentionWeights weights{torch::empty({shape.width}),
                             torch::empty({queryWidth, shape.width}),
                             torch::empty({keyWidth, shape.width}),
                             torch::empty({keyWidth, shape.width}),
                             torch::empty({shape.width, queryWidth}),
                             {}, {}, {}};
    if (shape.qkvBias) {
        weights.queryBias = torch::empty({queryWidth});
        weights.keyBias = torch::empty({keyWidth});
        weights.valueBias = torch::empty({keyWidth});
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
        feedForward.router = Router{torch::empty({experts, shape.width}), std::min(allocation.topK, experts),
                                    allocation.renormaliseTopOne};
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
    const auto add = [&](const char* name, const torch::Tensor& tensor) {
        if (tensor.defined()) list.push_back({prefix + name, ParameterGroup::Attention, tensor});
    };
    add("q_proj.weight", weights.query_HCxD);
    add("q_proj.bias", weights.queryBias);
    add("k_proj.weight", weights.key_GCxD);
    add("k_proj.bias", weights.keyBias);
    add("v_proj.weight", weights.value_GCxD);
    add("v_proj.bias", weights.valueBias);
    add("o_proj.weight", weights.output_DxHC);
}

}  // namespace

std::string_view name(ParameterGroup group)
{
    switch (group) {
    case ParameterGroup::Embedding: return "embedding";
    case ParameterGroup::Attention: return "attention";
    case ParameterGroup::Norm: return "norm";
    case ParameterGroup::OriginalExpert: return "original-expert";
    case ParameterGroup::NewExpert: return "new-expert";
    case ParameterGroup::Router: return "router";
    case ParameterGroup::Head: return "head";
    }
    return {};
}

Decoder::Decoder(ModelShape shape, ExpertAllocation allocation) : m_shape(shape), m_allocation(std::move(allocation))
{
    m_embedding_VD = torch::empty({shape.vocabulary, shape.width});
    for (std::int64_t layer = 0; layer < shape.layers; ++layer)
        m_layers.push_back({emptyAttention(shape), torch::empty({shape.width}), emptyFeedForward(shape, m_allocation, layer)});
    m_finalNorm_D = torch::empty({shape.width});
    if (!shape.tiedHead) m_head_VD = torch::empty({shape.vocabulary, shape.width});
}

torch::Tensor Decoder::head_VD() const { return m_shape.tiedHead ? m_embedding_VD : m_head_VD; }

DecoderOutput Decoder::forward(const torch::Tensor& ids_BS) const
{
    assert(ids_BS.dim() == 2);
    const std::int64_t sequences = ids_BS.size(0);
    const RotaryTable table = rotaryTable(ids_BS.size(1), m_shape.headSize, m_shape.ropeTheta);
    torch::Tensor x_TD = torch::embedding(m_embedding_VD, ids_BS.reshape({-1}));
    DecoderOutput output;
    for (const DecoderLayer& layer : m_layers) {
        const torch::Tensor normed = rmsNorm(x_TD, layer.attention.norm_D, m_shape.normEpsilon);
        x_TD = x_TD + attend(layer.attention, m_shape, normed, sequences, table);
        RoutingDecision decision;
        x_TD = x_TD + layer.feedForward.forward(rmsNorm(x_TD, layer.feedForwardNorm_D, m_shape.normEpsilon), &decision);
        output.routing.push_back(std::move(decision));
    }
    output.hidden_TD = rmsNorm(x_TD, m_finalNorm_D, m_shape.normEpsilon);
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
