#include "engine/model/decoder.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>

#include "engine/model/embedding.h"
#include "moebel/base/random.h"

namespace moebel
{
namespace
{

constexpr std::int64_t kPositionsKept = 4096;  ///< longer sequences make their table of angles when they come

AttentionWeights emptyAttention(const ModelShape& shape)
{
    const std::int64_t queryWidth = shape.heads * shape.headSize;
    const std::int64_t keyWidth = shape.keyValueHeads * shape.headSize;
    AttentionWeights weights;
    weights.query_HCxD = torch::empty({queryWidth, shape.width});
    weights.key_GCxD = torch::empty({keyWidth, shape.width});
    weights.value_GCxD = torch::empty({keyWidth, shape.width});
    weights.output_DxHC = torch::empty({shape.width, queryWidth});
    if (shape.qkvBias) {
        weights.queryBias = torch::empty({queryWidth});
        weights.keyBias = torch::empty({keyWidth});
        weights.valueBias = torch::empty({keyWidth});
    }
    if (shape.outputBias) weights.outputBias = torch::empty({shape.width});
    if (shape.queryKeyNorm != QueryKeyNorm::None) {
        const bool whole = shape.queryKeyNorm == QueryKeyNorm::Whole;
        weights.queryNorm = torch::empty({whole ? queryWidth : shape.headSize});
        weights.keyNorm = torch::empty({whole ? keyWidth : shape.headSize});
    }
    return weights;
}

NormWeights emptyNorm(const ModelShape& shape)
{
    return {torch::empty({shape.width}), shape.norm == NormKind::Layer ? torch::empty({shape.width}) : torch::Tensor()};
}

Expert emptyExpert(const ModelShape& shape, std::int64_t hidden)
{
    Expert expert;
    expert.kind = shape.feedForward;
    if (shape.feedForward != FeedForwardKind::Gelu) expert.gate_FD = torch::empty({hidden, shape.width});
    expert.up_FD = torch::empty({hidden, shape.width});
    expert.down_DF = torch::empty({shape.width, hidden});
    if (shape.feedForwardBias) {
        expert.upBias_F = torch::empty({hidden});
        expert.downBias_D = torch::empty({shape.width});
    }
    return expert;
}

MoeLayer emptyFeedForward(const ModelShape& shape, const ExpertAllocation& allocation, std::int64_t layer)
{
    const bool isMoe = allocation.isMoe(layer);
    const std::int64_t experts = isMoe ? allocation.experts[std::size_t(layer)] : 1;
    MoeLayer feedForward;
    const std::int64_t hidden = isMoe ? widthOfExperts(shape) : shape.feedForwardWidth;
    for (std::int64_t e = 0; e < experts; ++e) feedForward.bank.experts.push_back(emptyExpert(shape, hidden));
    if (!isMoe) return feedForward;
    feedForward.router = Router{torch::empty({experts, shape.width}), std::min(allocation.topK, experts),
                                allocation.renormaliseTopOne, allocation.renormalise};
    const std::vector<std::int64_t>& classifiers = allocation.classifierLayers;
    if (std::find(classifiers.begin(), classifiers.end(), layer) != classifiers.end())
        feedForward.classifier = {torch::empty({2, shape.width}), allocation.classifierScope};
    if (shape.sharedExpertWidth > 0)
        feedForward.shared = {emptyExpert(shape, shape.sharedExpertWidth), torch::empty({1, shape.width})};
    return feedForward;
}

/// `earlier`: experts that were there before the newest round, the original one (which groups do not keep) among them.
void appendFeedForward(const MoeLayer& feedForward, std::int64_t earlier, bool keepsOriginal, const std::string& prefix,
                       std::vector<NamedParameter>& list)
{
    if (!feedForward.isMoe()) {
        for (const auto& [name, tensor] : feedForward.bank.experts.front().tensors())
            list.push_back({prefix + name, ParameterGroup::OriginalExpert, tensor});
        return;
    }
    list.push_back({prefix + "router.weight", ParameterGroup::Router, feedForward.router.weight_ED});
    if (feedForward.classifier.weight_2D.defined())
        list.push_back({prefix + "language_classifier.weight", ParameterGroup::Classifier, feedForward.classifier.weight_2D});
    for (std::size_t e = 0; e < feedForward.bank.experts.size(); ++e) {
        const ParameterGroup group = e == 0 && keepsOriginal       ? ParameterGroup::OriginalExpert
                                     : std::int64_t(e) < earlier ? ParameterGroup::EarlierExpert
                                                                 : ParameterGroup::NewExpert;
        for (const auto& [name, tensor] : feedForward.bank.experts[e].tensors())
            list.push_back({prefix + "experts." + std::to_string(e) + '.' + name, group, tensor});
    }
    if (!feedForward.shared.gate_1D.defined()) return;
    for (const auto& [name, tensor] : feedForward.shared.expert.tensors())
        list.push_back({prefix + "shared_expert." + name, ParameterGroup::OriginalExpert, tensor});
    list.push_back({prefix + "shared_expert_gate.weight", ParameterGroup::Router, feedForward.shared.gate_1D});
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
    add("q_norm.weight", weights.queryNorm, ParameterGroup::Norm);
    add("k_norm.weight", weights.keyNorm, ParameterGroup::Norm);
}

void appendNorm(const NormWeights& norm, const std::string& name, std::vector<NamedParameter>& list)
{
    if (norm.weight_D.defined()) list.push_back({name + ".weight", ParameterGroup::Norm, norm.weight_D});
    if (norm.bias_D.defined()) list.push_back({name + ".bias", ParameterGroup::Norm, norm.bias_D});
}

/// As the families call them that place their norms so; "post_attention_layernorm" stands before the feed-forward network in
/// the oldest of them.
struct NormNames {
    const char *attention, *attentionPost, *feedForward, *feedForwardPost;
};
NormNames normNames(NormPlacement placement)
{
    const bool before = placement == NormPlacement::Before;
    return {"input_layernorm", "post_attention_layernorm", before ? "post_attention_layernorm" : "pre_feedforward_layernorm",
            "post_feedforward_layernorm"};
}

std::int64_t windowOf(const ModelShape& shape, std::size_t layer) { return shape.windows.empty() ? 0 : shape.windows[layer]; }

/// What is added to the scores of each layer, made once for layers of one window; undefined where nothing is, and where the
/// sequences are so long that the layers make it for some queries at a time.
std::vector<torch::Tensor> attentionBiases(const ModelShape& shape, std::int64_t sequences, std::int64_t length,
                                           const torch::Device& device)
{
    std::vector<torch::Tensor> biases(std::size_t(shape.layers));
    if (queriesAtOnce(shape, sequences, length) < length) return biases;
    std::map<std::int64_t, torch::Tensor> made;
    for (std::size_t layer = 0; layer < biases.size(); ++layer) {
        const std::int64_t window = windowOf(shape, layer);
        if (isPlainlyCausal(shape, length, window)) continue;
        if (!made.contains(window)) made[window] = attentionBias(shape, 0, length, window, device);
        biases[layer] = made[window];
    }
    return biases;
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
        case ParameterGroup::Classifier:
            return "classifier";
        case ParameterGroup::EarlierExpert:
            return "earlier-expert";
    }
    return {};
}

Decoder::Decoder(ModelShape modelShape, ExpertAllocation allocation)
    : m_shape(std::move(modelShape)), m_allocation(std::move(allocation))
{
    const ModelShape& shape = m_shape;
    m_embedding_VD = torch::empty({shape.vocabulary, shape.width});
    if (shape.positions == PositionKind::Learned) m_positions_SD = torch::empty({shape.contextLength, shape.width});
    if (shape.embeddingNorm) m_embeddingNorm = emptyNorm(shape);
    const auto before = [&] { return shape.normPlacement == NormPlacement::After ? NormWeights() : emptyNorm(shape); };
    const auto after = [&] { return shape.normPlacement == NormPlacement::Before ? NormWeights() : emptyNorm(shape); };
    for (std::int64_t layer = 0; layer < shape.layers; ++layer)
        m_layers.push_back(
            {before(), after(), emptyAttention(shape), before(), after(), emptyFeedForward(shape, m_allocation, layer)});
    m_finalNorm = emptyNorm(shape);
    if (!shape.tiedHead) m_head_VD = torch::empty({shape.vocabulary, shape.width});
    m_rotary = rotaryTable(std::min(shape.contextLength, kPositionsKept), shape, torch::kCPU);
}

torch::ScalarType Decoder::computeType() const { return m_embedding_VD.scalar_type(); }

void Decoder::moveTo(const torch::Device& device)
{
    const torch::NoGradGuard noGradient;
    for (NamedParameter& parameter : parameters())
        if (parameter.tensor.device() != device) parameter.tensor.set_data(parameter.tensor.detach().to(device));
    m_rotary = {m_rotary.cos_SP.to(device), m_rotary.sin_SP.to(device)};
}

torch::Tensor Decoder::head_VD() const { return m_shape.tiedHead ? m_embedding_VD : m_head_VD; }

torch::Tensor Decoder::embedded(const torch::Tensor& ids_BS) const
{
    torch::Tensor x_TD = embeddingRows(m_embedding_VD, ids_BS.reshape({-1}));
    if (m_shape.embeddingScale != 1) x_TD = x_TD * float(m_shape.embeddingScale);
    if (m_positions_SD.defined())
        x_TD = x_TD + embeddingRows(m_positions_SD, torch::arange(ids_BS.size(1), ids_BS.options()).repeat({ids_BS.size(0)}));
    return m_shape.embeddingNorm ? normalise(m_shape, m_embeddingNorm, x_TD) : x_TD;
}

DecoderOutput Decoder::forward(const torch::Tensor& given_BS, const ForwardOptions& options) const
{
    assert(given_BS.dim() == 2);
    const auto here = [&](const torch::Tensor& tensor) { return tensor.defined() ? tensor.to(device()) : tensor; };
    const torch::Tensor ids_BS = here(given_BS);
    const std::int64_t sequences = ids_BS.size(0), length = ids_BS.size(1);
    const RotaryTable rotary = length <= m_rotary.length() ? m_rotary : rotaryTable(length, m_shape, device());
    const std::vector<torch::Tensor> biases = attentionBiases(m_shape, sequences, length, device());
    const SequenceLayout layout{sequences, here(options.lengths_B), here(options.expert_B)};
    DecoderOutput output;
    // x: the residual stream; delta: what the last part adds to it, together with the norm that follows. All three are fp32
    // whatever the products compute with.
    torch::Tensor x_TD = embedded(ids_BS);
    torch::Tensor delta_TD;
    const auto inputOf = [&](const NormWeights& norm) {
        if (!norm.weight_D.defined()) {
            if (delta_TD.defined()) x_TD = x_TD + delta_TD;
            delta_TD = torch::Tensor();
            return x_TD;
        }
        ResidualNorm both = addAndNormalise(m_shape, norm, x_TD, delta_TD);
        x_TD = std::move(both.sum_TD);
        return both.normed_TD;
    };
    const auto outputOf = [&](const NormWeights& norm, const torch::Tensor& y_TD) {
        return norm.weight_D.defined() ? normalise(m_shape, norm, y_TD) : y_TD;
    };
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const DecoderLayer& layer = m_layers[i];
        const torch::Tensor input_TD = inputOf(layer.attentionNorm).to(computeType());
        const torch::Tensor mixed_TD = attend(layer.attention, m_shape, input_TD, sequences, rotary, windowOf(m_shape, i), biases[i]);
        delta_TD = outputOf(layer.attentionPostNorm, mixed_TD.to(torch::kFloat32));
        RoutingDecision decision;
        const torch::Tensor x = inputOf(layer.feedForwardNorm);
        if (options.onFeedForwardInput) options.onFeedForwardInput(std::int64_t(i), x);
        delta_TD = outputOf(layer.feedForwardPostNorm, layer.feedForward.forward(x, &decision, layout));
        output.routing.push_back(std::move(decision));
    }
    output.hidden_TD = inputOf(m_finalNorm).to(computeType());
    return output;
}

void Decoder::addClassifiers(const std::vector<std::int64_t>& layers, ClassifierScope scope, Seed seed)
{
    m_allocation.classifierLayers = layers;
    m_allocation.classifierScope = scope;
    for (const std::int64_t layer : layers) {
        MoeLayer& feedForward = m_layers[std::size_t(layer)].feedForward;
        assert(feedForward.isMoe());
        feedForward.classifier = {torch::empty({2, m_shape.width}), scope};
        const double xavier = std::sqrt(2.0 / double(m_shape.width + 2));
        const CounterRandom random(seed, std::uint64_t(layer));
        float* weight = feedForward.classifier.weight_2D.mutable_data_ptr<float>();
        for (std::int64_t i = 0; i < 2 * m_shape.width; ++i) weight[i] = float(xavier * random.normal(std::uint64_t(i)));
        feedForward.classifier.weight_2D = feedForward.classifier.weight_2D.to(device());
    }
}

std::vector<NamedParameter> Decoder::parameters() const
{
    const NormNames names = normNames(m_shape.normPlacement);
    std::vector<NamedParameter> list = {{"model.embed_tokens.weight", ParameterGroup::Embedding, m_embedding_VD}};
    if (m_positions_SD.defined()) list.push_back({"model.embed_positions.weight", ParameterGroup::Embedding, m_positions_SD});
    appendNorm(m_embeddingNorm, "model.embed_norm", list);
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const std::string prefix = "model.layers." + std::to_string(i) + '.';
        const DecoderLayer& layer = m_layers[i];
        appendNorm(layer.attentionNorm, prefix + names.attention, list);
        appendAttention(layer.attention, prefix + "self_attn.", list);
        appendNorm(layer.attentionPostNorm, prefix + names.attentionPost, list);
        appendNorm(layer.feedForwardNorm, prefix + names.feedForward, list);
        appendFeedForward(layer.feedForward, m_allocation.earlierExperts(std::int64_t(i)), m_allocation.groups.empty(), prefix + "mlp.", list);
        appendNorm(layer.feedForwardPostNorm, prefix + names.feedForwardPost, list);
    }
    appendNorm(m_finalNorm, "model.norm", list);
    if (m_head_VD.defined()) list.push_back({"lm_head.weight", ParameterGroup::Head, m_head_VD});
    return list;
}

torch::Tensor headLogits(const OutputHead& head, const torch::Tensor& hidden_RD)
{
    const torch::Tensor raw = torch::linear(hidden_RD.to(torch::kFloat32), head.weight_VD.to(torch::kFloat32));
    return head.softCap > 0 ? torch::tanh(raw / head.softCap) * head.softCap : raw;
}

torch::Tensor logits(const Decoder& decoder, const torch::Tensor& ids_BS, std::vector<RoutingDecision>* routing)
{
    const torch::NoGradGuard noGradient;
    DecoderOutput output = decoder.forward(ids_BS);
    if (routing != nullptr) *routing = std::move(output.routing);
    return headLogits(decoder.head(), output.hidden_TD);
}

}  // namespace moebel
