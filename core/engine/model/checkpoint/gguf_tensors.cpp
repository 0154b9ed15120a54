// Tensors of a GGUF file under the names that a checkpoint folder has.
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>

#include "engine/model/checkpoint/gguf_blocks.h"
#include "engine/model/checkpoint/tensor_files.h"
#include "moebel/base/gguf.h"

namespace moebel
{
namespace
{

constexpr std::int64_t kMostHeads = 65'536;
constexpr std::int64_t kBlocksAtOnce = 4096;

using Names = std::array<const char*, 2>;

constexpr std::array<Names, 14> kNames = {{{"token_embd", "model.embed_tokens"},
                                           {"output_norm", "model.norm"},
                                           {"output", "lm_head"},
                                           {"attn_norm", "input_layernorm"},
                                           {"attn_q", "self_attn.q_proj"},
                                           {"attn_k", "self_attn.k_proj"},
                                           {"attn_v", "self_attn.v_proj"},
                                           {"attn_output", "self_attn.o_proj"},
                                           {"attn_q_norm", "self_attn.q_norm"},
                                           {"attn_k_norm", "self_attn.k_norm"},
                                           {"ffn_norm", "post_attention_layernorm"},
                                           {"ffn_gate", "mlp.gate_proj"},
                                           {"ffn_up", "mlp.up_proj"},
                                           {"ffn_down", "mlp.down_proj"}}};
/// Of norms on both sides; they come first.
constexpr std::array<Names, 3> kGemma2Names = {{{"post_attention_norm", "post_attention_layernorm"},
                                                {"ffn_norm", "pre_feedforward_layernorm"},
                                                {"post_ffw_norm", "post_feedforward_layernorm"}}};

/// "blk.3.attn_q" -> "model.layers.3.self_attn.q_proj"; empty for a name that is not known.
std::string checkpointName(const std::string& tensor, const std::string& architecture)
{
    const std::size_t ending = tensor.rfind('.');
    if (ending == std::string::npos) return {};
    std::string layer, stem = tensor.substr(0, ending);
    if (stem.starts_with("blk.")) {
        const std::size_t dot = stem.find('.', 4);
        if (dot == std::string::npos) return {};
        layer = "model.layers." + stem.substr(4, dot - 4) + '.';
        stem = stem.substr(dot + 1);
    }
    if (architecture == "gemma2")
        for (const auto& [theirs, ours] : kGemma2Names)
            if (stem == theirs) return layer + ours + tensor.substr(ending);
    for (const auto& [theirs, ours] : kNames)
        if (stem == theirs) return layer + ours + tensor.substr(ending);
    return {};
}

/// Heads of queries and keys in Llama files: pairs of neighbouring numbers turn together; here a number and the one half a head
/// on do.
torch::Tensor inHalves(const torch::Tensor& rows, std::int64_t heads)
{
    const std::int64_t size = rows.size(0) / heads;
    return rows.reshape({heads, size / 2, 2, -1}).transpose(1, 2).reshape(rows.sizes()).contiguous();
}

/// What llama.cpp's converter did to a tensor.
struct Change {
    std::int64_t turnedHeads = 0;  ///< 0: none
    bool plusOne = false;          ///< the norms of Gemma, which multiply by 1 + weight
};
Change changeOf(const std::string& tensor, const std::string& architecture, std::int64_t heads, std::int64_t keyHeads)
{
    Change change;
    if (architecture == "llama" && tensor.find(".attn_q.") != std::string::npos) change.turnedHeads = heads;
    if (architecture == "llama" && tensor.find(".attn_k.") != std::string::npos) change.turnedHeads = keyHeads;
    change.plusOne = architecture.starts_with("gemma") && tensor.ends_with("norm.weight");
    return change;
}

Result<torch::Tensor> read(const FileReader& file, const GgufTensor& stored, const Change& change, const torch::Tensor& into)
{
    const bool fits = into.defined() && into.is_contiguous() && into.scalar_type() == torch::kFloat32 &&
                      into.sizes().equals(stored.shape) && change.turnedHeads == 0;
    torch::Tensor tensor = fits ? into : torch::empty(stored.shape);
    const GgufBlock block = blockOf(stored.type);
    float* weights = tensor.mutable_data_ptr<float>();
    std::atomic<bool> isWhole = true;
    at::parallel_for(0, tensor.numel() / block.weights, kBlocksAtOnce, [&](std::int64_t first, std::int64_t last) {
        std::vector<std::uint8_t> bytes(std::size_t(kBlocksAtOnce * block.bytes));
        for (std::int64_t begin = first; begin < last; begin += kBlocksAtOnce) {
            const std::int64_t blocks = std::min(kBlocksAtOnce, last - begin);
            if (file.read(bytes.data(), std::size_t(blocks * block.bytes), stored.offset + std::uint64_t(begin * block.bytes)))
                dequantise(stored.type, bytes.data(), blocks * block.weights, weights + begin * block.weights);
            else
                isWhole = false;
        }
    });
    if (!isWhole)
        return failed("truncated-file", file.path().string() + " became shorter while tensor '" + stored.name + "' was read",
                      file.path().string());
    if (change.plusOne) tensor.sub_(1);
    return change.turnedHeads > 0 ? inHalves(tensor, change.turnedHeads) : tensor;
}

}  // namespace

Result<TensorFiles> openGgufTensors(const std::filesystem::path& file)
{
    auto opened = readGgufHeader(file);
    if (!opened) return opened.error();
    const auto header = std::make_shared<const GgufHeader>(std::move(*opened));
    auto reader = FileReader::open(file);
    if (!reader) return reader.error();
    const auto shared = std::make_shared<const FileReader>(std::move(*reader));
    const std::string architecture = header->get<std::string>("general.architecture").value_or("");
    const std::int64_t heads = header->get<std::int64_t>(architecture + ".attention.head_count").value_or(1);
    const std::int64_t keyHeads = header->get<std::int64_t>(architecture + ".attention.head_count_kv").value_or(heads);
    for (const std::int64_t count : {heads, keyHeads})
        if (count < 1 || count > kMostHeads)
            return invalidInput(
                "bad-gguf",
                file.string() + ": it has " + std::to_string(count) + " heads, expected 1 to " + std::to_string(kMostHeads),
                file.string());
    TensorFiles files;
    files.name = file.string();
    files.files.push_back(file);
    for (const GgufTensor& stored : header->tensors) {
        if (stored.name == "rope_freqs.weight") continue;  // the config has read it
        const std::string name = checkpointName(stored.name, architecture);
        const Change change = changeOf(stored.name, architecture, heads, keyHeads);
        if (change.turnedHeads > 0 && stored.shape.front() % (2 * change.turnedHeads) != 0)
            return invalidInput("bad-gguf",
                                file.string() + ": " + stored.name + " has " + std::to_string(stored.shape.front()) +
                                    " rows, expected a multiple of " + std::to_string(2 * change.turnedHeads),
                                file.string());
        const auto readIt = [header, shared, &stored, change](const torch::Tensor& into) { return read(*shared, stored, change, into); };
        if (!files.tensors.emplace(name.empty() ? stored.name : name, TensorSource{torch::kFloat32, readIt}).second)
            return invalidInput("bad-gguf", file.string() + ": " + stored.name + " is there under two names", file.string());
    }
    return files;
}

}  // namespace moebel
