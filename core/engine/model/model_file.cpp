#include "engine/model/model_file.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/model/safetensors.h"
#include "moebel/base/file.h"

namespace moebel
{
namespace
{

using nlohmann::json;

constexpr std::uint64_t kLargestConfig = 64U << 20;
constexpr std::size_t kNamesInMessage = 6;

std::string listed(const std::vector<std::string>& names)
{
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kNamesInMessage); ++i) text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > kNamesInMessage) text += " and " + std::to_string(names.size() - kNamesInMessage) + " more";
    return text;
}

/// Reads numbers in their ranges; the first fault is kept.
class Reader
{
public:
    Reader(const json& value, std::string fileName) : m_value(value), m_fileName(std::move(fileName)) {}

    std::int64_t integer(const char* key, std::int64_t low, std::int64_t high, std::int64_t fallback = -1)
    {
        if (!m_value.contains(key) || m_value[key].is_null()) {
            if (fallback < 0) fault(std::string(key) + " is missing");
            return fallback;
        }
        if (!m_value[key].is_number_integer() || m_value[key] < low || m_value[key] > high) {
            fault(std::string(key) + " is " + m_value[key].dump() + ", expected a whole number from " + std::to_string(low) +
                  " to " + std::to_string(high));
            return low;
        }
        return m_value[key];
    }
    double number(const char* key, double fallback)
    {
        if (!m_value.contains(key)) return fallback;
        if (!m_value[key].is_number()) fault(std::string(key) + " is not a number");
        return m_value[key].is_number() ? double(m_value[key]) : fallback;
    }
    bool flag(const char* key, bool fallback)
    {
        if (!m_value.contains(key)) return fallback;
        if (!m_value[key].is_boolean()) fault(std::string(key) + " is not true or false");
        return m_value[key].is_boolean() ? bool(m_value[key]) : fallback;
    }
    void fault(const std::string& what)
    {
        if (!m_error) m_error = invalidInput("bad-config", m_fileName + ": " + what, m_fileName);
    }
    const std::optional<Error>& error() const { return m_error; }

private:
    const json& m_value;
    std::string m_fileName;
    std::optional<Error> m_error;
};

/// A setting that changes the numbers and is not supported is refused by name, never ignored.
void refuseUnsupported(const json& config, Reader& reader)
{
    const std::string architecture = config.contains("architectures") && config["architectures"].is_array() &&
                                             !config["architectures"].empty() && config["architectures"][0].is_string()
                                         ? std::string(config["architectures"][0])
                                         : std::string("none");
    if (architecture != "LlamaForCausalLM" && architecture != "MoebelForCausalLM")
        reader.fault("the architecture is " + architecture + ", expected LlamaForCausalLM or MoebelForCausalLM");
    if (config.contains("rope_scaling") && !config["rope_scaling"].is_null()) reader.fault("rope_scaling is not supported");
    if (config.value("mlp_bias", false)) reader.fault("mlp_bias is not supported");
    if (config.contains("hidden_act") && config["hidden_act"] != "silu") reader.fault("hidden_act is not silu");
}

ExpertAllocation readAllocation(const json& config, std::int64_t layers, Reader& reader)
{
    ExpertAllocation allocation;
    if (!config.contains("num_experts_per_layer")) return allocation;
    const json& experts = config["num_experts_per_layer"];
    if (!experts.is_array() || std::int64_t(experts.size()) != layers) {
        reader.fault("num_experts_per_layer must list one number for each of the " + std::to_string(layers) + " layers");
        return allocation;
    }
    for (const json& count : experts) {
        if (!count.is_number_integer() || count < 1 || count > 4096) {
            reader.fault("num_experts_per_layer holds " + count.dump() + ", expected 1 to 4096");
            return allocation;
        }
        allocation.experts.push_back(count);
    }
    allocation.topK = reader.integer("num_experts_per_tok", 1, 4096);
    allocation.renormaliseTopOne = reader.flag("norm_topk_one", true);
    return allocation;
}

std::string shapeText(torch::IntArrayRef shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
    return text + "]";
}

/// Copies every tensor into the decoder; every name must be there once and no other.
Status fill(const Decoder& decoder, std::map<std::string, torch::Tensor>& stored, const std::string& fileName)
{
    std::vector<std::string> missing;
    for (const NamedParameter& parameter : decoder.parameters()) {
        const auto found = stored.find(parameter.name);
        if (found == stored.end()) {
            missing.push_back(parameter.name);
            continue;
        }
        if (found->second.sizes() != parameter.tensor.sizes())
            return invalidInput("shape-mismatch",
                                fileName + ": " + parameter.name + " is " + shapeText(found->second.sizes()) +
                                    ", the config says " + shapeText(parameter.tensor.sizes()),
                                fileName);
        parameter.tensor.copy_(found->second);
        stored.erase(found);
    }
    std::vector<std::string> spare;
    for (const auto& entry : stored) spare.push_back(entry.first);
    if (!missing.empty())
        return invalidInput(
            "missing-tensors",
            fileName + " lacks " + std::to_string(missing.size()) + " tensors that the config needs: " + listed(missing),
            fileName);
    if (!spare.empty())
        return invalidInput(
            "spare-tensors",
            fileName + " holds " + std::to_string(spare.size()) + " tensors that the config does not know: " + listed(spare),
            fileName);
    return Done{};
}

}  // namespace

std::string configJson(const ModelShape& shape, const ExpertAllocation& allocation)
{
    const bool isMoe = std::any_of(allocation.experts.begin(), allocation.experts.end(), [](auto count) { return count > 1; });
    nlohmann::ordered_json config = {{"architectures", {isMoe ? "MoebelForCausalLM" : "LlamaForCausalLM"}},
                                     {"model_type", isMoe ? "moebel" : "llama"},
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
    if (isMoe) {
        config["num_experts_per_layer"] = allocation.experts;
        config["num_experts_per_tok"] = allocation.topK;
        config["norm_topk_one"] = allocation.renormaliseTopOne;
    }
    return config.dump(2) + "\n";
}

Result<ModelConfig> readConfig(const std::filesystem::path& file)
{
    const auto text = readFile(file, kLargestConfig);
    if (!text) return text.error();
    const json config = json::parse(*text, nullptr, /*allow_exceptions=*/false);
    if (!config.is_object())
        return invalidInput("bad-config", file.string() + " is not a JSON object: is it the config.json of a model?",
                            file.string());
    Reader reader(config, file.string());
    refuseUnsupported(config, reader);
    ModelConfig result;
    ModelShape& shape = result.shape;
    shape.layers = reader.integer("num_hidden_layers", 1, 1024);
    shape.width = reader.integer("hidden_size", 1, 262'144);
    shape.heads = reader.integer("num_attention_heads", 1, 65'536);
    shape.keyValueHeads = reader.integer("num_key_value_heads", 1, 65'536, shape.heads);
    shape.headSize = reader.integer("head_dim", 2, 65'536, shape.heads > 0 ? shape.width / shape.heads : 2);
    shape.feedForwardWidth = reader.integer("intermediate_size", 1, 1'048'576);
    shape.vocabulary = reader.integer("vocab_size", 1, 4'194'304);
    shape.contextLength = reader.integer("max_position_embeddings", 1, 1 << 24);
    shape.ropeTheta = reader.number("rope_theta", 10000.0);
    shape.normEpsilon = reader.number("rms_norm_eps", 1e-6);
    shape.tiedHead = reader.flag("tie_word_embeddings", false);
    shape.qkvBias = reader.flag("attention_bias", false);
    result.allocation = readAllocation(config, shape.layers, reader);
    if (!reader.error() && shape.heads % shape.keyValueHeads != 0)
        reader.fault("num_attention_heads is not a multiple of num_key_value_heads");
    if (reader.error()) return *reader.error();
    return result;
}

Status writeModel(const Decoder& decoder, const std::filesystem::path& folder, const std::vector<NamedParameter>& masters)
{
    std::map<std::string, torch::Tensor> masterOf;
    for (const NamedParameter& master : masters) masterOf[master.name] = master.tensor;
    NamedTensors tensors;
    for (const NamedParameter& parameter : decoder.parameters()) {
        const auto master = masterOf.find(parameter.name);
        tensors.emplace_back(parameter.name, master == masterOf.end() ? parameter.tensor : master->second);
    }
    if (Status done = writeFileAtomically(folder / "config.json", configJson(decoder.shape(), decoder.allocation())); !done)
        return done;
    return writeSafetensors(folder / "model.safetensors", tensors, {{"format", "pt"}});
}

Result<std::unique_ptr<Decoder>> readModel(const std::filesystem::path& folder)
{
    const auto config = readConfig(folder / "config.json");
    if (!config) return config.error();
    auto file = readSafetensors(folder / "model.safetensors");
    if (!file) return file.error();
    const torch::NoGradGuard noGradient;
    auto decoder = std::make_unique<Decoder>(config->shape, config->allocation);
    if (Status filled = fill(*decoder, file->tensors, (folder / "model.safetensors").string()); !filled) return filled.error();
    return decoder;
}

}  // namespace moebel
