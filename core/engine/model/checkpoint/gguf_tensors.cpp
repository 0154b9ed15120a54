// Tensors of a GGUF file under the names that a checkpoint folder has.
#include <algorithm>
#include <array>
#include <fstream>

#include "engine/model/checkpoint/gguf_blocks.h"
#include "engine/model/checkpoint/tensor_files.h"
#include "moebel/base/gguf.h"

namespace moebel
{
namespace
{

/// "blk.3.attn_q" -> "model.layers.3.self_attn.q_proj"; empty for a name that is not known.
std::string checkpointName(const std::string& tensor)
{
    constexpr std::array<std::array<const char*, 2>, 14> kNames = {{{"token_embd", "model.embed_tokens"},
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
    const std::size_t ending = tensor.rfind('.');
    if (ending == std::string::npos) return {};
    std::string layer, stem = tensor.substr(0, ending);
    if (stem.starts_with("blk.")) {
        const std::size_t dot = stem.find('.', 4);
        if (dot == std::string::npos) return {};
        layer = "model.layers." + stem.substr(4, dot - 4) + '.';
        stem = stem.substr(dot + 1);
    }
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

Result<torch::Tensor> read(const std::filesystem::path& file, const GgufTensor& stored, std::int64_t turnedHeads)
{
    std::ifstream stream(file, std::ios::binary);
    std::vector<std::uint8_t> bytes(stored.bytes);
    stream.seekg(std::streamoff(stored.offset));
    stream.read(reinterpret_cast<char*>(bytes.data()), std::streamsize(bytes.size()));
    if (!stream)
        return failed("truncated-file", file.string() + " became shorter while tensor '" + stored.name + "' was read",
                      file.string());
    const torch::Tensor tensor = torch::empty(stored.shape);
    const GgufBlock block = blockOf(stored.type);
    float* weights = tensor.mutable_data_ptr<float>();
    at::parallel_for(0, tensor.numel() / block.weights, 4096, [&](std::int64_t begin, std::int64_t end) {
        dequantise(stored.type, bytes.data() + begin * block.bytes, (end - begin) * block.weights,
                   weights + begin * block.weights);
    });
    return turnedHeads > 0 ? inHalves(tensor, turnedHeads) : tensor;
}

}  // namespace

Result<TensorFiles> openGgufTensors(const std::filesystem::path& file)
{
    const auto header = readGgufHeader(file);
    if (!header) return header.error();
    const std::string architecture = header->get<std::string>("general.architecture").value_or("");
    const std::int64_t heads = header->get<std::int64_t>(architecture + ".attention.head_count").value_or(1);
    const std::int64_t keyHeads = header->get<std::int64_t>(architecture + ".attention.head_count_kv").value_or(heads);
    TensorFiles files;
    files.name = file.string();
    files.files.push_back(file);
    for (const GgufTensor& stored : header->tensors) {
        const std::string name = checkpointName(stored.name);
        const bool isQuery = stored.name.find(".attn_q.") != std::string::npos,
                   isKey = stored.name.find(".attn_k.") != std::string::npos;
        const std::int64_t turned = architecture != "llama" ? 0 : isQuery ? heads : isKey ? keyHeads : 0;
        if (turned > 0 && stored.shape.front() % (2 * turned) != 0)
            return invalidInput("bad-gguf",
                                file.string() + ": " + stored.name + " has " + std::to_string(stored.shape.front()) +
                                    " rows, expected a multiple of " + std::to_string(2 * turned),
                                file.string());
        files.tensors[name.empty() ? stored.name : name] = [file, stored, turned] { return read(file, stored, turned); };
    }
    return files;
}

}  // namespace moebel
