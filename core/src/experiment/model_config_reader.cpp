#include <algorithm>
#include <array>
#include <string_view>

#include "json_fields.h"
#include "moebel/base/file.h"
#include "moebel/base/json_depth.h"
#include "moebel/experiment/model_config.h"

// Defaults are those of the configuration classes of transformers, which older files rely on.
namespace moebel
{
namespace
{

using nlohmann::json;

constexpr std::uint64_t kLargestConfig = 64U << 20;
constexpr std::int64_t kLongestContext = 1 << 24;

/// Settings of other families and of quantised files: where they say something, the numbers are others.
void refuseUnsupported(JsonFields& config)
{
    config.expect("hidden_act", "silu");
    config.expect("mlp_bias", false);
    config.expect("partial_rotary_factor", 1.0);
    config.expect("use_mrope", false);
    config.expect("rope_interleaved", false);
    config.expect("embedding_multiplier", 1.0);
    config.expect("residual_multiplier", 1.0);
    config.expect("attention_multiplier", 1.0);
    config.expect("logits_scaling", 1.0);
    config.expect("logit_scale", 1.0);
    for (const char* key : {"quantization_config", "attn_logit_softcapping", "final_logit_softcapping", "query_pre_attn_scalar",
                            "clip_qkv", "rope_local_base_freq"})
        if (config.has(key)) config.fault(std::string(key) + " is set, which is not supported");
}

void readRopeScaling(JsonFields& rope, RopeScaling& scaling)
{
    const std::string kind = rope.word("rope_type", rope.word("type", "default"));
    if (kind == "default") return;
    if (kind != "linear" && kind != "llama3") {
        rope.fault("the rope kind is \"" + kind + "\", which is not supported; \"default\", \"linear\" and \"llama3\" are");
        return;
    }
    scaling.kind = kind == "linear" ? RopeScalingKind::Linear : RopeScalingKind::Llama3;
    scaling.factor = rope.positive("factor", 1);
    if (scaling.kind == RopeScalingKind::Linear) return;
    scaling.lowFrequencyFactor = rope.positive("low_freq_factor", 1);
    scaling.highFrequencyFactor = rope.positive("high_freq_factor", 4);
    scaling.originalContext = rope.integer("original_max_position_embeddings", 1, kLongestContext);
    if (scaling.highFrequencyFactor <= scaling.lowFrequencyFactor)
        rope.fault("high_freq_factor is not larger than low_freq_factor");
}

void readRope(JsonFields& config, const std::string& where, ModelShape& shape)
{
    shape.ropeTheta = config.positive("rope_theta", 10000.0);
    const char* key = config.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
    if (!config.has(key)) return;
    if (!config[key].is_object()) return config.fault(std::string(key) + " is not an object");
    JsonFields rope(config[key], where + ", " + key);
    for (const char* layers : {"full_attention", "sliding_attention"})
        if (rope.has(layers)) rope.fault("angles that differ by kind of layer are not supported");
    rope.expect("partial_rotary_factor", 1.0);
    shape.ropeTheta = rope.positive("rope_theta", shape.ropeTheta);
    readRopeScaling(rope, shape.ropeScaling);
    if (rope.error()) config.fault(rope.error()->message);
}

/// Windows of the layers from "layer_types", or of those from `firstWindowed` on.
std::vector<std::int64_t> readWindows(JsonFields& config, std::int64_t layers, std::int64_t window, std::int64_t firstWindowed)
{
    std::vector<std::int64_t> windows(std::size_t(layers), 0);
    for (std::int64_t layer = firstWindowed; layer < layers; ++layer) windows[std::size_t(layer)] = window;
    if (config.has("layer_types")) {
        const json& types = config["layer_types"];
        if (!types.is_array() || std::int64_t(types.size()) != layers) {
            config.fault("layer_types must name one kind for each of the " + std::to_string(layers) + " layers");
            return {};
        }
        for (std::size_t layer = 0; layer < types.size(); ++layer) {
            if (types[layer] != "full_attention" && types[layer] != "sliding_attention")
                config.fault("layer_types holds " + types[layer].dump() + ", expected full_attention or sliding_attention");
            windows[layer] = types[layer] == "sliding_attention" ? window : 0;
        }
    }
    const bool any = std::any_of(windows.begin(), windows.end(), [](std::int64_t size) { return size > 0; });
    return any ? windows : std::vector<std::int64_t>();
}

void readLlama(JsonFields& config, ModelShape& shape)
{
    shape.qkvBias = shape.outputBias = config.flag("attention_bias", false);
}

void readMistral(JsonFields& config, ModelShape& shape)
{
    // A missing window is 4096, as in the first files; null is none.
    const bool absent = !config.mentions("sliding_window");
    const std::int64_t window = absent ? 4096 : config.integer("sliding_window", 1, kLongestContext, 0);
    if (window > 0) shape.windows = readWindows(config, shape.layers, window, 0);
}

void readQwenWindows(JsonFields& config, ModelShape& shape)
{
    if (!config.flag("use_sliding_window", false)) return;
    const std::int64_t window = config.integer("sliding_window", 1, kLongestContext, 4096);
    shape.windows = readWindows(config, shape.layers, window, config.integer("max_window_layers", 0, 1024, 28));
}

void readQwen2(JsonFields& config, ModelShape& shape)
{
    shape.qkvBias = true;
    readQwenWindows(config, shape);
}

void readQwen3(JsonFields& config, ModelShape& shape)
{
    shape.qkvBias = shape.outputBias = config.flag("attention_bias", false);
    shape.queryKeyNorm = true;
    if (!config.has("head_dim")) shape.headSize = 128;
    readQwenWindows(config, shape);
}

void readMoebel(JsonFields& config, ModelShape& shape)
{
    shape.qkvBias = config.flag("attention_bias", false);
    shape.outputBias = config.flag("attention_output_bias", false);
    shape.queryKeyNorm = config.flag("query_key_norm", false);
    shape.windows = config.integers("layer_windows", shape.layers, 0, kLongestContext);
}

struct Family {
    std::string_view architecture;
    void (*read)(JsonFields&, ModelShape&);
};
constexpr std::array<Family, 5> kFamilies = {{{"LlamaForCausalLM", readLlama},
                                              {"MistralForCausalLM", readMistral},
                                              {"Qwen2ForCausalLM", readQwen2},
                                              {"Qwen3ForCausalLM", readQwen3},
                                              {"MoebelForCausalLM", readMoebel}}};

const Family* familyOf(JsonFields& config)
{
    std::string found = "none";
    if (config.has("architectures") && config["architectures"].is_array() && config["architectures"].size() == 1 &&
        config["architectures"][0].is_string())
        found = config["architectures"][0];
    std::string known;
    for (const Family& family : kFamilies) {
        if (family.architecture == found) return &family;
        known += (known.empty() ? "" : ", ") + std::string(family.architecture);
    }
    config.fault("the architecture is " + found + ", which is not supported; these are: " + known);
    return nullptr;
}

ModelShape readShape(JsonFields& config, const std::string& where, const Family& family)
{
    ModelShape shape;
    shape.layers = config.integer("num_hidden_layers", 1, 1024);
    shape.width = config.integer("hidden_size", 1, 262'144);
    shape.heads = config.integer("num_attention_heads", 1, 65'536);
    shape.keyValueHeads = config.integer("num_key_value_heads", 1, 65'536, shape.heads);
    shape.headSize = config.integer("head_dim", 2, 65'536, shape.width / shape.heads);
    shape.feedForwardWidth = config.integer("intermediate_size", 1, 1'048'576);
    shape.vocabulary = config.integer("vocab_size", 1, 4'194'304);
    shape.contextLength = config.integer("max_position_embeddings", 1, kLongestContext);
    shape.normEpsilon = config.positive("rms_norm_eps", 1e-6);
    shape.tiedHead = config.flag("tie_word_embeddings", false);
    readRope(config, where, shape);
    family.read(config, shape);
    if (shape.heads % shape.keyValueHeads != 0) config.fault("num_attention_heads is not a multiple of num_key_value_heads");
    if (shape.headSize % 2 != 0)
        config.fault("a head has " + std::to_string(shape.headSize) + " numbers, expected an even count");
    return shape;
}

ExpertAllocation readAllocation(JsonFields& config, std::int64_t layers)
{
    ExpertAllocation allocation;
    allocation.experts = config.integers("num_experts_per_layer", layers, 1, 4096);
    if (allocation.experts.empty()) return allocation;
    allocation.topK = config.integer("num_experts_per_tok", 1, 4096);
    allocation.renormaliseTopOne = config.flag("norm_topk_one", true);
    return allocation;
}

}  // namespace

Result<ModelConfig> readConfig(const std::filesystem::path& file)
{
    const auto text = readFile(file, kLargestConfig);
    if (!text) return text.error();
    const json object = isShallowJson(*text) ? json::parse(*text, nullptr, /*allow_exceptions=*/false) : json();
    if (!object.is_object())
        return invalidInput("bad-config", file.string() + " is not a JSON object: is it the config.json of a model?",
                            file.string());
    JsonFields config(object, file.string());
    const Family* family = familyOf(config);
    if (family == nullptr) return *config.error();
    refuseUnsupported(config);
    ModelConfig result;
    result.shape = readShape(config, file.string(), *family);
    result.allocation = readAllocation(config, result.shape.layers);
    if (config.error()) return *config.error();
    return result;
}

Result<Experiment> withBaseShape(Experiment experiment, const std::filesystem::path& folder)
{
    if (experiment.base.kind != BaseKind::Checkpoint) return experiment;
    const auto config = readModelConfig(folder / experiment.base.path);
    if (!config) return invalidInput(config.error().code, "base.path: " + config.error().message, "base.path");
    experiment.base.shape = config->shape;
    return experiment;
}

}  // namespace moebel
