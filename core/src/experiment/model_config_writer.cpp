#include <algorithm>
#include <nlohmann/json.hpp>

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

/// The family whose configuration says all of the shape; "" where there is none.
std::string denseArchitecture(const ModelShape& shape)
{
    const bool sameBias = shape.qkvBias == shape.outputBias;
    if (shape.queryKeyNorm) return sameBias ? "Qwen3ForCausalLM" : "";
    if (shape.qkvBias && !shape.outputBias) return "Qwen2ForCausalLM";
    if (!sameBias) return "";
    if (shape.windows.empty()) return "LlamaForCausalLM";
    return commonWindow(shape) > 0 && !shape.qkvBias ? "MistralForCausalLM" : "";
}

void writeWindows(const ModelShape& shape, const std::string& architecture, ordered_json& config)
{
    if (architecture == "MistralForCausalLM") config["sliding_window"] = commonWindow(shape);
    if (!architecture.starts_with("Qwen") || shape.windows.empty()) return;
    config["use_sliding_window"] = true;
    config["sliding_window"] = *std::max_element(shape.windows.begin(), shape.windows.end());
    for (const std::int64_t window : shape.windows)
        config["layer_types"].push_back(window > 0 ? "sliding_attention" : "full_attention");
}

std::string modelType(const std::string& architecture)
{
    std::string type = architecture.substr(0, architecture.find("For"));
    std::transform(type.begin(), type.end(), type.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return type;
}

}  // namespace

std::string configJson(const ModelShape& shape, const ExpertAllocation& allocation)
{
    const bool isMoe = std::any_of(allocation.experts.begin(), allocation.experts.end(), [](auto count) { return count > 1; });
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
        if (shape.outputBias) config["attention_output_bias"] = true;
        if (shape.queryKeyNorm) config["query_key_norm"] = true;
        if (!shape.windows.empty()) config["layer_windows"] = shape.windows;
    } else {
        writeWindows(shape, architecture, config);
    }
    if (isMoe) {
        config["num_experts_per_layer"] = allocation.experts;
        config["num_experts_per_tok"] = allocation.topK;
        config["norm_topk_one"] = allocation.renormaliseTopOne;
    }
    return config.dump(2) + "\n";
}

}  // namespace moebel
