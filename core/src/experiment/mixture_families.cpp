#include "mixture_families.h"

#include "llama_kind.h"

// Defaults are those of the configuration classes of transformers; the number of experts and of those kept is always written.
namespace moebel
{
namespace
{

constexpr std::int64_t kMostExperts = 4096, kWidest = 1'048'576;

ExpertAllocation inEveryLayer(JsonFields& config, std::int64_t layers, const char* count)
{
    ExpertAllocation allocation;
    allocation.experts.assign(std::size_t(layers), config.integer(count, 2, kMostExperts));
    allocation.topK = config.integer("num_experts_per_tok", 1, allocation.experts.front());
    return allocation;
}

}  // namespace

ModelShape readMixtral(JsonFields& config, const std::string& where)
{
    ModelShape shape = readSiluKind(config, where, {.normEpsilon = 1e-5, .ropeTheta = 1e6});
    shape.windows = readSameWindows(config, shape.layers, readWindow(config, 0));
    return shape;
}

ExpertAllocation readMixtralExperts(JsonFields& config, std::int64_t layers)
{
    return inEveryLayer(config, layers, "num_local_experts");
}

ModelShape readQwen2Moe(JsonFields& config, const std::string& where)
{
    ModelShape shape = readSiluKind(config, where);
    shape.qkvBias = config.flag("qkv_bias", true);
    if (config.flag("use_sliding_window", false) && readQwenWindow(config) == 0) config.fault("sliding_window says none");
    const std::int64_t window = readQwenWindow(config), end = config.integer("max_window_layers", 0, 1024, 28);
    shape.windows = readWindows(config, shape.layers, window,
                                [=](std::int64_t layer) { return window > 0 && layer < end && layer % 2 == 0; });
    shape.expertWidth = config.integer("moe_intermediate_size", 1, kWidest, 1408);
    shape.sharedExpertWidth = config.integer("shared_expert_intermediate_size", 1, kWidest, 5632);
    return shape;
}

ModelShape readQwen3Moe(JsonFields& config, const std::string& where)
{
    ModelShape shape = readSiluKind(config, where);
    shape.qkvBias = shape.outputBias = config.flag("attention_bias", false);
    shape.queryKeyNorm = QueryKeyNorm::Head;
    shape.windows = readSameWindows(config, shape.layers, readQwenWindow(config));
    shape.expertWidth = config.integer("moe_intermediate_size", 1, kWidest, 768);
    return shape;
}

ExpertAllocation readQwenExperts(JsonFields& config, std::int64_t layers)
{
    const char* count = config.has("num_local_experts") ? "num_local_experts" : "num_experts";
    ExpertAllocation allocation = inEveryLayer(config, layers, count);
    allocation.renormalise = config.flag("norm_topk_prob", false);
    const std::int64_t step = config.integer("decoder_sparse_step", 1, 1024, 1);
    for (std::int64_t layer = 0; layer < layers; ++layer)
        if ((layer + 1) % step != 0) allocation.experts[std::size_t(layer)] = 1;
    if (!config.has("mlp_only_layers")) return allocation;
    for (const nlohmann::json& layer : config["mlp_only_layers"]) {
        if (layer.is_number_integer() && layer >= 0 && layer < layers)
            allocation.experts[layer] = 1;
        else
            config.fault("mlp_only_layers holds " + layer.dump() + ", expected layers from 0 to " + std::to_string(layers - 1));
    }
    return allocation;
}

ModelShape readOlmoe(JsonFields& config, const std::string& where)
{
    config.expect("hidden_act", "silu");
    config.expect("attention_bias", false);
    refuseSoftCaps(config);
    ModelShape shape = readLlamaKind(config, where, {.normEpsilon = 1e-5});
    shape.queryKeyNorm = QueryKeyNorm::Whole;
    return shape;
}

ExpertAllocation readOlmoeExperts(JsonFields& config, std::int64_t layers)
{
    ExpertAllocation allocation = inEveryLayer(config, layers, "num_experts");
    allocation.renormalise = config.flag("norm_topk_prob", false);
    config.expect("num_local_experts", allocation.experts.front());
    return allocation;
}

}  // namespace moebel
