#include <array>
#include <string_view>

#include "gguf_fields.h"
#include "gguf_rope.h"
#include "moebel/experiment/model_config.h"
#include "rope_fields.h"

namespace moebel
{
namespace
{

constexpr std::array<std::string_view, 5> kArchitectures = {"llama", "qwen2", "qwen3", "gemma", "gemma2"};

/// Values that other architectures have: where they say something, the numbers are others.
void refuseUnsupported(const GgufHeader& header, GgufFields& fields)
{
    const std::string& architecture = fields.architecture();
    std::string known;
    for (const std::string_view name : kArchitectures) known += (known.empty() ? "" : ", ") + std::string(name);
    if (std::find(kArchitectures.begin(), kArchitectures.end(), architecture) == kArchitectures.end())
        fields.fault("the architecture is \"" + architecture + "\", which is not supported; these are: " + known);
    if (header.get<std::int64_t>(architecture + ".expert_count").value_or(0) > 0)
        fields.fault("a mixture of experts is not supported in GGUF files");
    for (const char* name :
         {"attention.scale", "attention.clamp_kqv", "attention.max_alibi_bias", "attention.temperature_scale",
          "embedding_scale", "residual_scale", "logit_scale", "rope.freq_base_swa", "rope.scaling.attn_factor"})
        if (fields.has(name)) fields.fault(architecture + '.' + name + " is set, which is not supported");
    for (const char* name : {"attn_logit_softcapping", "final_logit_softcapping"})
        if (fields.has(name) && architecture != "gemma2")
            fields.fault(architecture + '.' + name + " is set, which is supported in the architecture gemma2 only");
    if (!header.get<bool>(architecture + ".attention.causal").value_or(true))
        fields.fault(architecture + ".attention.causal is false, which is not supported");
}

void readSizes(GgufFields& fields, ModelShape& shape)
{
    shape.layers = fields.integer("block_count", 1024);
    shape.width = fields.integer("embedding_length", 262'144);
    shape.heads = fields.integer("attention.head_count", 65'536);
    shape.keyValueHeads = fields.integer("attention.head_count_kv", 65'536, shape.heads);
    shape.headSize = fields.integer("attention.key_length", 65'536, std::max<std::int64_t>(1, shape.width / shape.heads));
    shape.feedForwardWidth = fields.integer("feed_forward_length", 1'048'576);
    shape.contextLength = fields.integer("context_length", kLongestContext);
    shape.normEpsilon = fields.positive("attention.layer_norm_rms_epsilon", 1e-6);
    const std::int64_t valueSize = fields.integer("attention.value_length", 65'536, shape.headSize);
    if (valueSize != shape.headSize)
        fields.fault("values have heads of " + std::to_string(valueSize) + " numbers, keys of " +
                     std::to_string(shape.headSize) + ", which is not supported");
    if (shape.heads % shape.keyValueHeads != 0)
        fields.fault(std::to_string(shape.heads) + " heads can't share " + std::to_string(shape.keyValueHeads) +
                     " key-value heads evenly");
    if (shape.headSize % 2 != 0)
        fields.fault("a head has " + std::to_string(shape.headSize) + " numbers, expected an even count");
}

/// What tells the tensors that are there.
void readTensors(GgufFields& fields, ModelShape& shape)
{
    const GgufTensor* embedding = fields.tensor("token_embd.weight");
    if (embedding == nullptr || embedding->shape.size() != 2)
        fields.fault("there is no matrix token_embd.weight");
    else
        shape.vocabulary = embedding->shape[0];
    shape.tiedHead = fields.tensor("output.weight") == nullptr;
    shape.qkvBias = fields.tensor("blk.0.attn_q.bias") != nullptr;
    shape.outputBias = fields.tensor("blk.0.attn_output.bias") != nullptr;
    if (fields.tensor("blk.0.attn_q_norm.weight") != nullptr) shape.queryKeyNorm = QueryKeyNorm::Head;
}

void readWindows(GgufFields& fields, ModelShape& shape)
{
    const bool isGemma2 = fields.architecture() == "gemma2";
    if (!isGemma2 && !fields.has("attention.sliding_window")) return;
    shape.windows.assign(std::size_t(shape.layers), fields.integer("attention.sliding_window", kLongestContext, 4096));
    if (!isGemma2) return;
    const std::int64_t period = fields.integer("attention.sliding_window_pattern", 1024, 2);
    for (std::int64_t layer = period - 1; layer < shape.layers; layer += period) shape.windows[std::size_t(layer)] = 0;
    if (period == 1) shape.windows.clear();
}

/// The files do not hold query_pre_attn_scalar: as in llama.cpp it is that of the 27B model, known by its 46 layers, or else
/// the size of a head.
double gemma2Scale(const ModelShape& shape)
{
    const std::int64_t scalar = shape.layers == 46 ? std::max<std::int64_t>(1, shape.width / shape.heads) : shape.headSize;
    return 1 / std::sqrt(double(scalar));
}

void readGemma(GgufFields& fields, ModelShape& shape)
{
    shape.feedForward = FeedForwardKind::GeGlu;
    shape.normPlusOne = true;
    shape.embeddingScale = std::sqrt(double(shape.width));
    if (fields.architecture() != "gemma2") return;
    shape.normPlacement = NormPlacement::Both;
    shape.attentionScale = gemma2Scale(shape);
    shape.attentionSoftCap = fields.positive("attn_logit_softcapping", 50);
    shape.headSoftCap = fields.positive("final_logit_softcapping", 30);
}

}  // namespace

Result<ModelConfig> ggufConfig(const GgufHeader& header)
{
    GgufFields fields(header);
    refuseUnsupported(header, fields);
    if (fields.error()) return *fields.error();
    ModelConfig config;
    readSizes(fields, config.shape);
    readGgufRope(header, fields, config.shape);
    readTensors(fields, config.shape);
    readWindows(fields, config.shape);
    if (fields.architecture().starts_with("gemma")) readGemma(fields, config.shape);
    if (fields.error()) return *fields.error();
    return config;
}

Result<ModelConfig> readModelConfig(const std::filesystem::path& model)
{
    if (model.extension() != ".gguf") return readConfig(model / "config.json");
    const auto header = readGgufHeader(model);
    if (!header) return header.error();
    return ggufConfig(*header);
}

}  // namespace moebel
