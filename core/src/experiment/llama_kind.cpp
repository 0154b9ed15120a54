#include "llama_kind.h"

#include <algorithm>

#include "rope_fields.h"

namespace moebel
{

namespace
{

std::vector<std::int64_t> orNone(std::vector<std::int64_t> windows)
{
    const bool any = std::any_of(windows.begin(), windows.end(), [](std::int64_t size) { return size > 0; });
    return any ? windows : std::vector<std::int64_t>();
}

/// Whether each layer has a window, from "layer_types"; empty where it is missing or faulty.
std::vector<bool> readLayerTypes(JsonFields& config, std::int64_t layers)
{
    std::vector<bool> windowed;
    if (!config.has("layer_types")) return windowed;
    const nlohmann::json& types = config["layer_types"];
    if (!types.is_array() || std::int64_t(types.size()) != layers) {
        config.fault("layer_types must name one kind for each of the " + std::to_string(layers) + " layers");
        return windowed;
    }
    for (const nlohmann::json& type : types) {
        if (type != "full_attention" && type != "sliding_attention")
            config.fault("layer_types holds " + type.dump() + ", expected full_attention or sliding_attention");
        windowed.push_back(type == "sliding_attention");
    }
    return windowed;
}

}  // namespace

std::int64_t readWindow(JsonFields& config, std::int64_t absent)
{
    return config.mentions("sliding_window") ? config.integer("sliding_window", 1, kLongestContext, 0) : absent;
}

std::vector<std::int64_t> readWindows(JsonFields& config, std::int64_t layers, std::int64_t window, const LayerRule& hasWindow)
{
    const std::vector<bool> named = readLayerTypes(config, layers);
    std::vector<std::int64_t> windows(std::size_t(layers), 0);
    for (std::int64_t layer = 0; layer < layers; ++layer) {
        if (!(named.empty() ? hasWindow(layer) : named[std::size_t(layer)])) continue;
        if (window == 0) config.fault("layer " + std::to_string(layer) + " has a sliding window and sliding_window says none");
        windows[std::size_t(layer)] = window;
    }
    return orNone(std::move(windows));
}

std::vector<std::int64_t> readSameWindows(JsonFields& config, std::int64_t layers, std::int64_t window)
{
    for (const bool named : readLayerTypes(config, layers))
        if (named != (window > 0))
            config.fault(std::string("layer_types names layers ") + (named ? "with" : "without") +
                         " a window, which is not supported here: sliding_window counts for every layer");
    return orNone(std::vector<std::int64_t>(std::size_t(layers), window));
}

ModelShape readLlamaKind(JsonFields& config, const std::string& where, const LlamaDefaults& defaults)
{
    ModelShape shape;
    shape.layers = config.integer("num_hidden_layers", 1, 1024);
    shape.width = config.integer("hidden_size", 1, 262'144);
    shape.heads = config.integer("num_attention_heads", 1, 65'536);
    shape.keyValueHeads = config.integer("num_key_value_heads", 1, 65'536, shape.heads);
    shape.headSize = config.integer("head_dim", 2, 65'536, defaults.headSize.value_or(shape.width / shape.heads));
    shape.feedForwardWidth = config.integer("intermediate_size", 1, 1'048'576);
    shape.vocabulary = config.integer("vocab_size", 1, 4'194'304);
    shape.contextLength = config.integer("max_position_embeddings", 1, kLongestContext);
    shape.normEpsilon = config.positive("rms_norm_eps", defaults.normEpsilon);
    shape.tiedHead = config.flag("tie_word_embeddings", defaults.tiedHead);
    readRope(config, where, defaults.ropeTheta, shape);
    return shape;
}

void refuseSoftCaps(JsonFields& config)
{
    for (const char* key : {"attn_logit_softcapping", "final_logit_softcapping", "query_pre_attn_scalar"})
        if (config.has(key)) config.fault(std::string(key) + " is set, which is not supported");
}

ModelShape readSiluKind(JsonFields& config, const std::string& where, const LlamaDefaults& defaults)
{
    config.expect("hidden_act", "silu");
    refuseSoftCaps(config);
    return readLlamaKind(config, where, defaults);
}

std::int64_t readQwenWindow(JsonFields& config)
{
    return config.flag("use_sliding_window", false) ? readWindow(config, 4096) : 0;
}

std::vector<std::int64_t> readQwenWindows(JsonFields& config, std::int64_t layers)
{
    const std::int64_t window = readQwenWindow(config), first = config.integer("max_window_layers", 0, 1024, 28);
    return readWindows(config, layers, window, [=](std::int64_t layer) { return window > 0 && layer >= first; });
}

}  // namespace moebel
