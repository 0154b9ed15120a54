#include "llama_kind.h"

#include <algorithm>

#include "rope_fields.h"

namespace moebel
{

std::vector<std::int64_t> readWindows(JsonFields& config, std::int64_t layers, std::int64_t window, std::int64_t firstWindowed)
{
    std::vector<std::int64_t> windows(std::size_t(layers), 0);
    for (std::int64_t layer = firstWindowed; layer < layers; ++layer) windows[std::size_t(layer)] = window;
    if (config.has("layer_types")) {
        const nlohmann::json& types = config["layer_types"];
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

ModelShape readLlamaKind(JsonFields& config, const std::string& where, std::optional<std::int64_t> headSize,
                         double normEpsilon, bool tiedHead)
{
    ModelShape shape;
    shape.layers = config.integer("num_hidden_layers", 1, 1024);
    shape.width = config.integer("hidden_size", 1, 262'144);
    shape.heads = config.integer("num_attention_heads", 1, 65'536);
    shape.keyValueHeads = config.integer("num_key_value_heads", 1, 65'536, shape.heads);
    shape.headSize = config.integer("head_dim", 2, 65'536, headSize.value_or(shape.width / shape.heads));
    shape.feedForwardWidth = config.integer("intermediate_size", 1, 1'048'576);
    shape.vocabulary = config.integer("vocab_size", 1, 4'194'304);
    shape.contextLength = config.integer("max_position_embeddings", 1, kLongestContext);
    shape.normEpsilon = config.positive("rms_norm_eps", normEpsilon);
    shape.tiedHead = config.flag("tie_word_embeddings", tiedHead);
    readRope(config, where, shape);
    return shape;
}

void refuseSoftCaps(JsonFields& config)
{
    for (const char* key : {"attn_logit_softcapping", "final_logit_softcapping", "query_pre_attn_scalar"})
        if (config.has(key)) config.fault(std::string(key) + " is set, which is not supported");
}

ModelShape readSiluKind(JsonFields& config, const std::string& where, std::optional<std::int64_t> headSize)
{
    config.expect("hidden_act", "silu");
    refuseSoftCaps(config);
    return readLlamaKind(config, where, headSize);
}

void readMistralWindow(JsonFields& config, ModelShape& shape, std::int64_t absent)
{
    const std::int64_t window =
        config.mentions("sliding_window") ? config.integer("sliding_window", 1, kLongestContext, 0) : absent;
    if (window > 0) shape.windows = readWindows(config, shape.layers, window, 0);
}

void readQwenWindows(JsonFields& config, ModelShape& shape)
{
    if (!config.flag("use_sliding_window", false)) return;
    const std::int64_t window = config.integer("sliding_window", 1, kLongestContext, 4096);
    shape.windows = readWindows(config, shape.layers, window, config.integer("max_window_layers", 0, 1024, 28));
}

}  // namespace moebel
