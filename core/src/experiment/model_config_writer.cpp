#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "layer_norm_kind.h"
#include "model_words.h"
#include "moebel/experiment/model_config.h"

namespace moebel
{
namespace
{

using nlohmann::ordered_json;

ordered_json ropeJson(const RopeScaling& scaling)
{
    switch (scaling.kind) {
        case RopeScalingKind::None:
            return nullptr;
        case RopeScalingKind::Linear:
            return {{"rope_type", "linear"}, {"factor", scaling.factor}};
        case RopeScalingKind::Llama3:
            return {{"rope_type", "llama3"},
                    {"factor", scaling.factor},
                    {"low_freq_factor", scaling.lowFrequencyFactor},
                    {"high_freq_factor", scaling.highFrequencyFactor},
                    {"original_max_position_embeddings", scaling.originalContext}};
    }
    return nullptr;
}

/// Same window in every layer: Mistral's. 0: another pattern, or none.
std::int64_t commonWindow(const ModelShape& shape)
{
    const auto& windows = shape.windows;
    const bool same = !windows.empty() && std::equal(windows.begin() + 1, windows.end(), windows.begin());
    return same ? windows.front() : 0;
}

/// `shape` with the values of Llama for those that its relatives of the first years share.
bool isLlamaKind(const ModelShape& shape)
{
    ModelShape plain = shape;
    plain.norm = NormKind::Rms;
    plain.normPlacement = NormPlacement::Before;
    plain.normPlusOne = plain.feedForwardBias = plain.embeddingNorm = false;
    plain.feedForward = FeedForwardKind::SwiGlu;
    plain.positions = PositionKind::Rotary;
    plain.embeddingScale = 1;
    plain.attentionScale = plain.attentionSoftCap = plain.headSoftCap = 0;
    return plain == shape && shape.queryKeyNorm != QueryKeyNorm::Whole;
}

bool isGemma(const ModelShape& shape)
{
    const double scalar = shape.attentionScale > 0 ? 1 / (shape.attentionScale * shape.attentionScale) : 0.5;  // a whole number
    const bool isSecond =
        shape.normPlacement == NormPlacement::Both && !shape.windows.empty() && std::abs(scalar - std::round(scalar)) < 1e-6;
    const bool isFirst = shape.normPlacement == NormPlacement::Before && shape.windows.empty() && shape.attentionScale == 0;
    ModelShape plain = shape;
    plain.normPlacement = NormPlacement::Before;
    plain.normPlusOne = false;
    plain.feedForward = FeedForwardKind::SwiGlu;
    plain.embeddingScale = 1;
    if (isSecond) plain.attentionScale = plain.attentionSoftCap = plain.headSoftCap = 0;
    return (isFirst || isSecond) && isLlamaKind(plain) && shape.normPlusOne && shape.feedForward == FeedForwardKind::GeGlu &&
           shape.embeddingScale == std::sqrt(double(shape.width)) && shape.qkvBias == shape.outputBias &&
           shape.queryKeyNorm == QueryKeyNorm::None;
}

bool isOlmo2(const ModelShape& shape)
{
    ModelShape plain = shape;
    plain.normPlacement = NormPlacement::Before;
    plain.queryKeyNorm = QueryKeyNorm::None;
    return isLlamaKind(plain) && shape.normPlacement == NormPlacement::After && shape.queryKeyNorm == QueryKeyNorm::Whole &&
           shape.windows.empty() && !shape.qkvBias && !shape.outputBias;
}

/// The family whose configuration says all of the shape; "" where there is none.
std::string denseArchitecture(const ModelShape& shape)
{
    const bool sameBias = shape.qkvBias == shape.outputBias;
    if (isGemma(shape)) return shape.normPlacement == NormPlacement::Both ? "Gemma2ForCausalLM" : "GemmaForCausalLM";
    if (isOlmo2(shape)) return "Olmo2ForCausalLM";
    if (!isLlamaKind(shape)) return "";
    if (shape.queryKeyNorm == QueryKeyNorm::Head) return sameBias ? "Qwen3ForCausalLM" : "";
    if (shape.qkvBias && !shape.outputBias) return "Qwen2ForCausalLM";
    if (!sameBias) return "";
    if (shape.windows.empty()) return "LlamaForCausalLM";
    return commonWindow(shape) > 0 && !shape.qkvBias ? "MistralForCausalLM" : "";
}

void writeWindows(const ModelShape& shape, const std::string& architecture, ordered_json& config)
{
    if (architecture == "MistralForCausalLM") config["sliding_window"] = commonWindow(shape);
    const bool isGemma2 = architecture == "Gemma2ForCausalLM";
    if ((!architecture.starts_with("Qwen") && !isGemma2) || shape.windows.empty()) return;
    if (!isGemma2) config["use_sliding_window"] = true;
    config["sliding_window"] = *std::max_element(shape.windows.begin(), shape.windows.end());
    for (const std::int64_t window : shape.windows)
        config["layer_types"].push_back(window > 0 ? "sliding_attention" : "full_attention");
}

void writeGemma(const ModelShape& shape, const std::string& architecture, ordered_json& config)
{
    if (!architecture.starts_with("Gemma")) return;
    config["hidden_act"] = config["hidden_activation"] = "gelu_pytorch_tanh";
    if (architecture != "Gemma2ForCausalLM") return;
    const auto cap = [](double value) { return value > 0 ? ordered_json(value) : ordered_json(nullptr); };
    config["query_pre_attn_scalar"] = std::llround(1 / (shape.attentionScale * shape.attentionScale));
    config["attn_logit_softcapping"] = cap(shape.attentionSoftCap);
    config["final_logit_softcapping"] = cap(shape.headSoftCap);
}

/// What differs from Llama, in our own words.
void writeOurs(const ModelShape& shape, ordered_json& config)
{
    const ModelShape usual;
    const auto write = [&config](const char* key, const auto& value, const auto& usualValue) {
        if (value != usualValue) config[key] = value;
    };
    write("attention_output_bias", shape.outputBias, false);
    if (!shape.windows.empty()) config["layer_windows"] = shape.windows;
    write("query_key_norm", wordOf(kQueryKeyNormWords, shape.queryKeyNorm), kQueryKeyNormWords.front().second);
    write("norm", wordOf(kNormWords, shape.norm), kNormWords.front().second);
    write("norm_placement", wordOf(kNormPlacementWords, shape.normPlacement), kNormPlacementWords.front().second);
    write("norm_plus_one", shape.normPlusOne, false);
    config["hidden_act"] = wordOf(kFeedForwardWords, shape.feedForward);
    write("mlp_bias", shape.feedForwardBias, false);
    write("positions", wordOf(kPositionWords, shape.positions), kPositionWords.front().second);
    write("embedding_norm", shape.embeddingNorm, false);
    write("embedding_scale", shape.embeddingScale, usual.embeddingScale);
    write("attention_scale", shape.attentionScale, 0.0);
    write("attention_soft_cap", shape.attentionSoftCap, 0.0);
    write("head_soft_cap", shape.headSoftCap, 0.0);
    write("moe_intermediate_size", shape.expertWidth, usual.expertWidth);
    write("shared_expert_intermediate_size", shape.sharedExpertWidth, usual.sharedExpertWidth);
}

/// 1 for each layer with a language classifier in front of its router.
void writeClassifiers(const ModelShape& shape, const ExpertAllocation& allocation, ordered_json& config)
{
    if (allocation.classifierLayers.empty()) return;
    std::vector<int> has(std::size_t(shape.layers), 0);
    for (const std::int64_t layer : allocation.classifierLayers) has[std::size_t(layer)] = 1;
    config["language_classifiers"] = has;
    config["language_classifier_scope"] = wordOf(kClassifierScopeWords, allocation.classifierScope);
}

/// Experts per layer at the end of each earlier round, one round after the other.
void writeRounds(const ExpertAllocation& allocation, ordered_json& config)
{
    if (allocation.rounds.empty()) return;
    config["expert_rounds"] = allocation.rounds.size();
    for (const auto& experts : allocation.rounds)
        for (const std::int64_t count : experts) config["experts_of_rounds"].push_back(count);
}

std::string modelType(const std::string& architecture)
{
    std::string type = architecture.substr(0, architecture.find("For"));
    std::transform(type.begin(), type.end(), type.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return type;
}

bool isMixture(const ExpertAllocation& allocation)
{
    return std::any_of(allocation.experts.begin(), allocation.experts.end(), [](auto count) { return count > 1; });
}

}  // namespace

TensorNaming namingOf(const ModelShape& shape, const ExpertAllocation& allocation)
{
    return isMixture(allocation) ? TensorNaming::Llama : layerNormFamily(shape);
}

std::string configJson(const ModelShape& shape, const ExpertAllocation& allocation)
{
    if (const TensorNaming family = namingOf(shape, allocation); family != TensorNaming::Llama)
        return layerNormConfig(shape, family).dump(2) + "\n";
    const bool isMoe = isMixture(allocation);
    std::string architecture = isMoe ? "" : denseArchitecture(shape);
    const bool isOurs = architecture.empty();
    if (isOurs) architecture = "MoebelForCausalLM";
    ordered_json config = {{"architectures", {architecture}},
                           {"model_type", modelType(architecture)},
                           {"attention_bias", shape.qkvBias},
                           {"head_dim", shape.headSize},
                           {"hidden_act", "silu"},
                           {"hidden_size", shape.width},
                           {"intermediate_size", shape.feedForwardWidth},
                           {"max_position_embeddings", shape.contextLength},
                           {"num_attention_heads", shape.heads},
                           {"num_hidden_layers", shape.layers},
                           {"num_key_value_heads", shape.keyValueHeads},
                           {"rms_norm_eps", shape.normEpsilon},
                           {"rope_theta", shape.ropeTheta},
                           {"tie_word_embeddings", shape.tiedHead},
                           {"torch_dtype", "float32"},
                           {"vocab_size", shape.vocabulary}};
    if (shape.ropeScaling.kind != RopeScalingKind::None) config["rope_scaling"] = ropeJson(shape.ropeScaling);
    if (isOurs) {
        writeOurs(shape, config);
    } else {
        writeWindows(shape, architecture, config);
        writeGemma(shape, architecture, config);
    }
    if (isMoe) {
        config["num_experts_per_layer"] = allocation.experts;
        config["num_experts_per_tok"] = allocation.topK;
        config["norm_topk_one"] = allocation.renormaliseTopOne;
        if (!allocation.renormalise) config["norm_topk_prob"] = false;
        writeClassifiers(shape, allocation, config);
        writeRounds(allocation, config);
        if (!allocation.groups.empty()) config["moebel_language_groups"] = allocation.groups;
    }
    return config.dump(2) + "\n";
}

}  // namespace moebel
