#include <algorithm>

#include "moebel/base/gguf.h"
#include "moebel/experiment/model_config.h"

namespace moebel
{
namespace
{

/// Values of the architecture; the first fault is kept.
class Fields
{
public:
    explicit Fields(const GgufHeader& header)
        : m_header(header), m_architecture(header.get<std::string>("general.architecture").value_or(""))
    {
    }

    const std::string& architecture() const { return m_architecture; }
    std::int64_t integer(const std::string& name, std::int64_t high, std::optional<std::int64_t> fallback = {})
    {
        const std::string key = m_architecture + '.' + name;
        const auto value = m_header.get<std::int64_t>(key);
        if (!value && fallback) return *fallback;
        if (!value) fault(key + " is missing");
        if (value && (*value < 1 || *value > high))
            fault(key + " is " + std::to_string(*value) + ", expected 1 to " + std::to_string(high));
        return value && *value > 0 ? *value : 1;
    }
    double positive(const std::string& name, double fallback)
    {
        const double value = m_header.get<double>(m_architecture + '.' + name).value_or(fallback);
        if (!(value > 0)) fault(m_architecture + '.' + name + " is not above 0");
        return value;
    }
    std::string word(const std::string& name) { return m_header.get<std::string>(m_architecture + '.' + name).value_or(""); }
    bool has(const std::string& name) const { return m_header.values.contains(m_architecture + '.' + name); }
    void fault(const std::string& what)
    {
        const std::string file = m_header.file.string();
        if (!m_error) m_error = invalidInput("bad-config", file + ": " + what, file);
    }
    const std::optional<Error>& error() const { return m_error; }

private:
    const GgufHeader& m_header;
    std::string m_architecture;
    std::optional<Error> m_error;
};

const GgufTensor* find(const GgufHeader& header, const std::string& name)
{
    const auto found =
        std::find_if(header.tensors.begin(), header.tensors.end(), [&](const auto& tensor) { return tensor.name == name; });
    return found == header.tensors.end() ? nullptr : &*found;
}

void readRope(const GgufHeader& header, Fields& fields, ModelShape& shape)
{
    shape.ropeTheta = fields.positive("rope.freq_base", 10000.0);
    const std::string scaling = fields.word("rope.scaling.type");
    if (scaling == "linear")
        shape.ropeScaling = {RopeScalingKind::Linear, fields.positive("rope.scaling.factor", 1), 1, 4, 0};
    else if (!scaling.empty() && scaling != "none")
        fields.fault("the rope scaling \"" + scaling + "\" is not supported; \"none\" and \"linear\" are");
    if (find(header, "rope_freqs.weight") != nullptr)
        fields.fault(
            "rope_freqs.weight (the angles of Llama 3.1 and later) is not supported in GGUF files; use the safetensors files");
    if (fields.has("rope.dimension_count") && fields.integer("rope.dimension_count", 65'536) != shape.headSize)
        fields.fault("a rotary embedding of a part of the head is not supported");
}

}  // namespace

Result<ModelConfig> ggufConfig(const GgufHeader& header)
{
    Fields fields(header);
    const std::string& architecture = fields.architecture();
    if (architecture != "llama" && architecture != "qwen2" && architecture != "qwen3")
        fields.fault("the architecture is \"" + architecture + "\", which is not supported; these are: llama, qwen2, qwen3");
    if (fields.has("expert_count") && header.get<std::int64_t>(architecture + ".expert_count").value_or(0) > 0)
        fields.fault("a mixture of experts is not supported in GGUF files");
    if (fields.error()) return *fields.error();
    ModelConfig config;
    ModelShape& shape = config.shape;
    shape.layers = fields.integer("block_count", 1024);
    shape.width = fields.integer("embedding_length", 262'144);
    shape.heads = fields.integer("attention.head_count", 65'536);
    shape.keyValueHeads = fields.integer("attention.head_count_kv", 65'536, shape.heads);
    shape.headSize = fields.integer("attention.key_length", 65'536, std::max<std::int64_t>(1, shape.width / shape.heads));
    shape.feedForwardWidth = fields.integer("feed_forward_length", 1'048'576);
    shape.contextLength = fields.integer("context_length", 1 << 24);
    shape.normEpsilon = fields.positive("attention.layer_norm_rms_epsilon", 1e-6);
    readRope(header, fields, shape);
    if (fields.has("attention.sliding_window"))
        shape.windows.assign(std::size_t(shape.layers), fields.integer("attention.sliding_window", 1 << 24));
    const GgufTensor* embedding = find(header, "token_embd.weight");
    if (embedding == nullptr || embedding->shape.size() != 2)
        fields.fault("there is no matrix token_embd.weight");
    else
        shape.vocabulary = embedding->shape[0];
    shape.tiedHead = find(header, "output.weight") == nullptr;
    shape.qkvBias = find(header, "blk.0.attn_q.bias") != nullptr;
    shape.outputBias = find(header, "blk.0.attn_output.bias") != nullptr;
    if (find(header, "blk.0.attn_q_norm.weight") != nullptr) shape.queryKeyNorm = QueryKeyNorm::Head;
    if (shape.heads % shape.keyValueHeads != 0 || shape.headSize % 2 != 0)
        fields.fault("heads and key-value heads, or the size of a head, do not fit together");
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
