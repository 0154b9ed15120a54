#include "model_families.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "layer_norm_kind.h"
#include "llama_kind.h"
#include "mixture_families.h"
#include "model_words.h"
#include "rope_fields.h"

// Defaults are those of the configuration classes of transformers, which older files rely on.
namespace moebel
{
namespace
{

using nlohmann::json;

/// Settings of other families and of quantised files: where they say something, the numbers are others.
void refuseUnsupported(JsonFields& config)
{
    config.expect("partial_rotary_factor", 1.0);
    config.expect("use_mrope", false);
    config.expect("rope_interleaved", false);
    config.expect("embedding_multiplier", 1.0);
    config.expect("residual_multiplier", 1.0);
    config.expect("attention_multiplier", 1.0);
    config.expect("logits_scaling", 1.0);
    config.expect("logit_scale", 1.0);
    for (const char* key : {"quantization_config", "clip_qkv", "rope_local_base_freq"})
        if (config.has(key)) config.fault(std::string(key) + " is set, which is not supported");
}

ModelShape readLlama(JsonFields& config, const std::string& where)
{
    ModelShape shape = readSiluKind(config, where);
    shape.qkvBias = shape.outputBias = config.flag("attention_bias", false);
    return shape;
}

ModelShape readMistral(JsonFields& config, const std::string& where)
{
    ModelShape shape = readSiluKind(config, where);
    shape.windows = readSameWindows(config, shape.layers, readWindow(config, 4096));  // a missing one, as in the first files
    return shape;
}

ModelShape readQwen2(JsonFields& config, const std::string& where)
{
    ModelShape shape = readSiluKind(config, where);
    shape.qkvBias = true;
    shape.windows = readQwenWindows(config, shape.layers);
    return shape;
}

ModelShape readQwen3(JsonFields& config, const std::string& where)
{
    ModelShape shape = readSiluKind(config, where, {.headSize = 128});
    shape.qkvBias = shape.outputBias = config.flag("attention_bias", false);
    shape.queryKeyNorm = QueryKeyNorm::Head;
    shape.windows = readQwenWindows(config, shape.layers);
    return shape;
}

ModelShape readOlmo2(JsonFields& config, const std::string& where)
{
    config.expect("hidden_act", "silu");
    config.expect("attention_bias", false);
    refuseSoftCaps(config);
    ModelShape shape = readLlamaKind(config, where, {.normEpsilon = 1e-5});
    shape.normPlacement = NormPlacement::After;
    shape.queryKeyNorm = QueryKeyNorm::Whole;
    return shape;
}

/// What both Gemma families are: GELU in its tanh form ("gelu" in the first files, where "hidden_activation" was still to
/// come), norms of 1 + weight, embeddings multiplied by the root of the width.
ModelShape readGemmaKind(JsonFields& config, const std::string& where)
{
    const std::string activation = config.word("hidden_activation", config.word("hidden_act", "gelu_pytorch_tanh"));
    if (activation != "gelu_pytorch_tanh" && activation != "gelu")
        config.fault("the activation is \"" + activation + "\", which is not supported; \"gelu_pytorch_tanh\" is");
    config.expect("use_bidirectional_attention", false);
    ModelShape shape = readLlamaKind(config, where, {.headSize = 256, .tiedHead = true});
    shape.qkvBias = shape.outputBias = config.flag("attention_bias", false);
    shape.feedForward = FeedForwardKind::GeGlu;
    shape.normPlusOne = true;
    shape.embeddingScale = std::sqrt(double(shape.width));
    return shape;
}

ModelShape readGemma(JsonFields& config, const std::string& where)
{
    refuseSoftCaps(config);
    return readGemmaKind(config, where);
}

ModelShape readGemma2(JsonFields& config, const std::string& where)
{
    ModelShape shape = readGemmaKind(config, where);
    shape.normPlacement = NormPlacement::Both;
    shape.attentionScale = 1 / std::sqrt(config.positive("query_pre_attn_scalar", 256));
    shape.attentionSoftCap = config.softCap("attn_logit_softcapping", 50);
    shape.headSoftCap = config.softCap("final_logit_softcapping", 30);
    shape.windows =
        readWindows(config, shape.layers, readWindow(config, 4096), [](std::int64_t layer) { return layer % 2 == 0; });
    return shape;
}

/// Families without a rotary embedding know sizes by two names; both must say the same.
void expectAliases(JsonFields& config, const ModelShape& shape)
{
    config.expect("num_hidden_layers", shape.layers);
    config.expect("num_attention_heads", shape.heads);
    config.expect("hidden_size", shape.width);
    for (const char* key : {"rope_scaling", "rope_parameters"})
        if (config.has(key) && !config[key].empty()) config.fault(std::string(key) + " is set, which is not supported");
}

ModelShape readGpt2(JsonFields& config, const std::string&)
{
    config.expect("activation_function", "gelu_new");
    config.expect("scale_attn_weights", true);
    config.expect("scale_attn_by_inverse_layer_idx", false);
    config.expect("add_cross_attention", false);
    ModelShape shape = gpt2Kind();
    shape.layers = config.integer("n_layer", 1, 1024);
    shape.width = config.integer("n_embd", 1, 262'144);
    shape.heads = shape.keyValueHeads = config.integer("n_head", 1, 65'536);
    shape.headSize = shape.width / shape.heads;
    shape.feedForwardWidth = config.integer("n_inner", 1, 1'048'576, 4 * shape.width);
    shape.vocabulary = config.integer("vocab_size", 1, 4'194'304);
    shape.contextLength = config.integer("n_positions", 1, kLongestContext);
    config.expect("max_position_embeddings", shape.contextLength);
    expectAliases(config, shape);
    shape.normEpsilon = config.positive("layer_norm_epsilon", 1e-5);
    shape.tiedHead = config.flag("tie_word_embeddings", true);
    return shape;
}

ModelShape readBloom(JsonFields& config, const std::string&)
{
    config.expect("apply_residual_connection_post_layernorm", false);
    if (config.flag("slow_but_exact", false)) config.expect("pretraining_tp", 1);  // transformers leaves biases out there
    ModelShape shape = bloomKind();
    shape.layers = config.integer(config.has("n_layer") ? "n_layer" : "num_hidden_layers", 1, 1024);
    shape.width = config.integer(config.has("n_embed") ? "n_embed" : "hidden_size", 1, 262'144);
    shape.heads = shape.keyValueHeads = config.integer(config.has("n_head") ? "n_head" : "num_attention_heads", 1, 65'536);
    shape.headSize = shape.width / shape.heads;
    shape.feedForwardWidth = 4 * shape.width;
    shape.vocabulary = config.integer("vocab_size", 1, 4'194'304);
    shape.contextLength = config.integer("seq_length", 1, kLongestContext, 2048);
    expectAliases(config, shape);
    shape.normEpsilon = config.positive("layer_norm_epsilon", 1e-5);
    shape.tiedHead = config.flag("tie_word_embeddings", true);
    return shape;
}

/// One list of language codes for each expert; the MoE layers must have as many.
void readLanguageGroups(JsonFields& config, ExpertAllocation& allocation)
{
    constexpr const char* kKey = "moebel_language_groups";
    if (!config.has(kKey)) return;
    const auto isCode = [](const nlohmann::json& code) { return code.is_string(); };
    const auto isGroup = [&](const nlohmann::json& group) {
        return group.is_array() && !group.empty() && std::all_of(group.begin(), group.end(), isCode);
    };
    const nlohmann::json& groups = config[kKey];
    if (!groups.is_array() || !std::all_of(groups.begin(), groups.end(), isGroup))
        return config.fault(std::string(kKey) + " must list the language codes of each expert");
    for (const std::int64_t experts : allocation.experts)
        if (experts > 1 && experts != std::int64_t(groups.size()))
            return config.fault(std::string(kKey) + " lists " + std::to_string(groups.size()) + " groups, but a layer has " +
                                std::to_string(experts) + " experts");
    allocation.groups = groups.get<std::vector<std::vector<std::string>>>();
}

ExpertAllocation readMoebelExperts(JsonFields& config, std::int64_t layers)
{
    ExpertAllocation allocation;
    allocation.experts = config.integers("num_experts_per_layer", layers, 1, 4096);
    if (allocation.experts.empty()) return allocation;
    allocation.topK = config.integer("num_experts_per_tok", 1, 4096);
    allocation.renormaliseTopOne = config.flag("norm_topk_one", true);
    allocation.renormalise = config.flag("norm_topk_prob", true);
    const std::int64_t rounds = config.integer("expert_rounds", 0, 1024, 0);
    const std::vector<std::int64_t> flat = rounds > 0 ? config.integers("experts_of_rounds", rounds * layers, 1, 4096) : std::vector<std::int64_t>();
    for (auto begin = flat.begin(); begin != flat.end(); begin += layers) allocation.rounds.emplace_back(begin, begin + layers);
    const std::vector<std::int64_t> classifiers = config.integers("language_classifiers", layers, 0, 1);
    for (std::size_t layer = 0; layer < classifiers.size(); ++layer)
        if (classifiers[layer] == 1 && allocation.isMoe(std::int64_t(layer))) allocation.classifierLayers.push_back(std::int64_t(layer));
    allocation.classifierScope = config.choice("language_classifier_scope", kClassifierScopeWords);
    readLanguageGroups(config, allocation);
    return allocation;
}

/// Every value has a key of its own; what is not written is as in Llama.
ModelShape readMoebel(JsonFields& config, const std::string& where)
{
    refuseSoftCaps(config);
    ModelShape shape = readLlamaKind(config, where);
    shape.qkvBias = config.flag("attention_bias", false);
    shape.outputBias = config.flag("attention_output_bias", false);
    shape.windows = config.integers("layer_windows", shape.layers, 0, kLongestContext);
    shape.queryKeyNorm = config.choice("query_key_norm", kQueryKeyNormWords);
    shape.norm = config.choice("norm", kNormWords);
    shape.normPlacement = config.choice("norm_placement", kNormPlacementWords);
    shape.normPlusOne = config.flag("norm_plus_one", false);
    shape.feedForward = config.choice("hidden_act", kFeedForwardWords);
    shape.feedForwardBias = config.flag("mlp_bias", false);
    shape.positions = config.choice("positions", kPositionWords);
    shape.embeddingNorm = config.flag("embedding_norm", false);
    shape.embeddingScale = config.positive("embedding_scale", 1);
    shape.attentionScale = config.softCap("attention_scale", 0);
    shape.attentionSoftCap = config.softCap("attention_soft_cap", 0);
    shape.headSoftCap = config.softCap("head_soft_cap", 0);
    shape.expertWidth = config.integer("moe_intermediate_size", 0, 1'048'576, 0);
    shape.sharedExpertWidth = config.integer("shared_expert_intermediate_size", 0, 1'048'576, 0);
    return shape;
}

constexpr std::array<ModelFamily, 14> kFamilies = {
    {{"LlamaForCausalLM", "llama", TensorNaming::Llama, readLlama},
     {"MistralForCausalLM", "mistral", TensorNaming::Llama, readMistral},
     {"Qwen2ForCausalLM", "qwen2", TensorNaming::Llama, readQwen2},
     {"Qwen3ForCausalLM", "qwen3", TensorNaming::Llama, readQwen3},
     {"GemmaForCausalLM", "gemma", TensorNaming::Llama, readGemma},
     {"Gemma2ForCausalLM", "gemma2", TensorNaming::Llama, readGemma2},
     {"Olmo2ForCausalLM", "olmo2", TensorNaming::Llama, readOlmo2},
     {"GPT2LMHeadModel", "gpt2", TensorNaming::Gpt2, readGpt2},
     {"BloomForCausalLM", "bloom", TensorNaming::Bloom, readBloom},
     {"MixtralForCausalLM", "mixtral", TensorNaming::Mixture, readMixtral, readMixtralExperts},
     {"Qwen2MoeForCausalLM", "qwen2_moe", TensorNaming::Mixture, readQwen2Moe, readQwenExperts},
     {"Qwen3MoeForCausalLM", "qwen3_moe", TensorNaming::Mixture, readQwen3Moe, readQwenExperts},
     {"OlmoeForCausalLM", "olmoe", TensorNaming::Mixture, readOlmoe, readOlmoeExperts},
     {"MoebelForCausalLM", "moebel", TensorNaming::Llama, readMoebel, readMoebelExperts}}};

std::string architectureOf(const JsonFields& config)
{
    if (!config.has("architectures")) return "none";
    const json& names = config["architectures"];
    const bool isOne = names.is_array() && names.size() == 1 && names[0].is_string();
    return isOne ? names[0].get<std::string>() : names.is_array() && names.empty() ? "none" : names.dump().substr(0, 80);
}

}  // namespace

const ModelFamily* familyOf(JsonFields& config)
{
    const std::string found = architectureOf(config);
    // The bare model, without its head, has another name; without any name, the type says what it is.
    const bool isBare = found == "none" || (found.ends_with("Model") && !found.ends_with("LMHeadModel"));
    const std::string type = isBare ? config.word("model_type", "") : "";
    if (found == "none" && type.empty()) {
        config.fault("it does not say which model this is: expected \"architectures\" with one name, for example "
                     "[\"LlamaForCausalLM\"]; take the config.json that came with the weights");
        return nullptr;
    }
    std::string known;
    for (const ModelFamily& family : kFamilies) {
        if (family.architecture == found || family.type == type) return &family;
        known += (known.empty() ? "" : ", ") + std::string(family.architecture);
    }
    config.fault("the architecture is " + found + ", which is not supported; these are: " + known);
    return nullptr;
}

ModelShape readShape(JsonFields& config, const std::string& where, const ModelFamily& family)
{
    refuseUnsupported(config);
    if (family.read != readMoebel) config.expect("mlp_bias", false);
    const ModelShape shape = family.read(config, where);
    if (shape.heads % shape.keyValueHeads != 0) config.fault("num_attention_heads is not a multiple of num_key_value_heads");
    if (shape.headSize % 2 != 0 || shape.headSize < 2)
        config.fault("a head has " + std::to_string(shape.headSize) + " numbers, expected an even count");
    return shape;
}

}  // namespace moebel
