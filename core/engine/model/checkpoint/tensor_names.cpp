#include "engine/model/checkpoint/tensor_names.h"

#include <array>
#include <map>
#include <string_view>
#include <vector>

namespace moebel
{
namespace
{

enum class Layout {
    Same,
    Turned,        ///< [in, out] instead of [out, in]
    JoinedByKind,  ///< [in, queries keys values]: GPT-2
    JoinedByHead,  ///< [queries keys values of head 0, of head 1, ..., in]: BLOOM
    Derived        ///< follows from the config
};

struct Naming {
    std::string_view theirs, ours;
    Layout layout = Layout::Same;
};

constexpr std::array<Naming, 4> kGpt2 = {
    {{"wte", "model.embed_tokens"}, {"wpe", "model.embed_positions"}, {"ln_f", "model.norm"}, {"lm_head", "lm_head"}}};
constexpr std::array<Naming, 8> kGpt2Layer = {{{"ln_1", "input_layernorm"},
                                               {"attn.c_attn", "self_attn.", Layout::JoinedByKind},
                                               {"attn.c_proj", "self_attn.o_proj", Layout::Turned},
                                               {"ln_2", "post_attention_layernorm"},
                                               {"mlp.c_fc", "mlp.up_proj", Layout::Turned},
                                               {"mlp.c_proj", "mlp.down_proj", Layout::Turned},
                                               {"attn", "", Layout::Derived},  // the causal mask: "attn.bias"
                                               {"attn.masked_bias", "", Layout::Derived}}};
constexpr std::array<Naming, 4> kBloom = {{{"word_embeddings", "model.embed_tokens"},
                                           {"word_embeddings_layernorm", "model.embed_norm"},
                                           {"ln_f", "model.norm"},
                                           {"lm_head", "lm_head"}}};
constexpr std::array<Naming, 6> kBloomLayer = {{{"input_layernorm", "input_layernorm"},
                                                {"self_attention.query_key_value", "self_attn.", Layout::JoinedByHead},
                                                {"self_attention.dense", "self_attn.o_proj"},
                                                {"post_attention_layernorm", "post_attention_layernorm"},
                                                {"mlp.dense_h_to_4h", "mlp.up_proj"},
                                                {"mlp.dense_4h_to_h", "mlp.down_proj"}}};

/// "h.3.attn.c_attn.bias" in its parts: "model.layers.3.", "attn.c_attn", ".bias".
struct NameParts {
    std::string layer, stem, ending;
};
NameParts partsOf(std::string name)
{
    constexpr std::string_view kPrefix = "transformer.";
    if (name.starts_with(kPrefix)) name.erase(0, kPrefix.size());
    NameParts parts;
    if (name.starts_with("h.")) {
        const std::size_t dot = name.find('.', 2);
        if (dot != std::string::npos) {
            parts.layer = "model.layers." + name.substr(2, dot - 2) + '.';
            name.erase(0, dot + 1);
        }
    }
    const std::size_t ending = name.ends_with(".masked_bias") ? name.size() : name.rfind('.');
    parts.stem = name.substr(0, ending);
    if (ending < name.size()) parts.ending = name.substr(ending);
    return parts;
}

template <std::size_t count>
const Naming* find(const std::array<Naming, count>& namings, const std::string& stem)
{
    for (const Naming& naming : namings)
        if (naming.theirs == stem) return &naming;
    return nullptr;
}

/// Queries (0), keys (1) or values (2) of a joined weight or bias; the tensor as it is where its size does not fit.
torch::Tensor partOf(const torch::Tensor& joined, Layout layout, const ModelShape& shape, std::int64_t part)
{
    const std::int64_t rows = shape.heads * shape.headSize;
    const bool isWeight = joined.dim() == 2;
    const torch::Tensor rowsFirst = layout == Layout::JoinedByKind && isWeight ? joined.t() : joined;
    if (rowsFirst.size(0) != 3 * rows) return rowsFirst;
    if (layout == Layout::JoinedByKind) return rowsFirst.narrow(0, part * rows, rows).contiguous();
    const torch::Tensor heads = rowsFirst.reshape({shape.heads, 3, shape.headSize, -1}).select(1, part);
    return isWeight ? heads.reshape({rows, -1}) : heads.reshape({rows});
}

void addParts(const Naming& naming, const NameParts& parts, const TensorSource& source, const ModelShape& shape, TensorFiles& files)
{
    constexpr std::array<const char*, 3> kNames = {"q_proj", "k_proj", "v_proj"};
    for (std::size_t part = 0; part < kNames.size(); ++part)
        files.tensors[parts.layer + std::string(naming.ours) + kNames[part] + parts.ending] = {
            source.type, [read = source.read, shape, part, layout = naming.layout](const torch::Tensor&) -> Result<torch::Tensor> {
                auto joined = read({});
                return joined ? partOf(*joined, layout, shape, std::int64_t(part)) : joined;
            }};
}

/// Queries, keys and values as one: what partOf() takes apart.
torch::Tensor joined(const std::vector<torch::Tensor>& parts, Layout layout, const ModelShape& shape)
{
    const bool isWeight = parts.front().dim() == 2;
    if (layout == Layout::JoinedByKind) return isWeight ? torch::cat(parts).t() : torch::cat(parts);
    std::vector<torch::Tensor> heads;
    for (const torch::Tensor& part : parts) heads.push_back(part.reshape({shape.heads, 1, shape.headSize, -1}));
    const torch::Tensor all = torch::cat(heads, 1);
    return isWeight ? all.reshape({-1, parts.front().size(1)}) : all.reshape({-1});
}

/// "model.layers.3.self_attn.q_proj.bias" in its parts: "3", "self_attn.q_proj", ".bias".
NameParts ourPartsOf(const std::string& name)
{
    constexpr std::string_view kLayers = "model.layers.";
    const std::size_t ending = name.rfind('.');
    NameParts parts{{}, name.substr(0, ending), name.substr(ending)};
    if (!name.starts_with(kLayers)) return parts;
    const std::size_t dot = name.find('.', kLayers.size());
    parts.layer = name.substr(kLayers.size(), dot - kLayers.size());
    parts.stem = name.substr(dot + 1, ending - dot - 1);
    return parts;
}

/// The entry of a family for one of our names; a joined tensor stands for its queries.
template <std::size_t count, std::size_t countOfLayer>
const Naming* namingFor(const std::array<Naming, count>& model, const std::array<Naming, countOfLayer>& layer, const NameParts& parts)
{
    const auto findIn = [&](const auto& namings) -> const Naming* {
        for (const Naming& naming : namings)
            if (naming.ours == parts.stem || (naming.ours == "self_attn." && parts.stem == "self_attn.q_proj")) return &naming;
        return nullptr;
    };
    return parts.layer.empty() ? findIn(model) : findIn(layer);
}

/// "block_sparse_moe.experts.3.w2.weight" (Mixtral) and "mlp.gate.weight" as the others' experts and our routers are called.
std::string mixtureName(std::string name)
{
    constexpr std::array<std::array<std::string_view, 2>, 5> kParts = {{{".block_sparse_moe.", ".mlp."},
                                                                        {".mlp.gate.weight", ".mlp.router.weight"},
                                                                        {".w1.weight", ".gate_proj.weight"},
                                                                        {".w2.weight", ".down_proj.weight"},
                                                                        {".w3.weight", ".up_proj.weight"}}};
    for (const auto& [theirs, ours] : kParts)
        if (const std::size_t at = name.find(theirs); at != std::string::npos) name.replace(at, theirs.size(), ours);
    return name;
}

/// A bare model ("LlamaModel") is stored without the part of the names that stands for it.
std::string wholeName(const std::string& name)
{
    for (const char* part : {"embed_tokens.", "layers.", "norm."})
        if (name.starts_with(part)) return "model." + name;
    return name;
}

}  // namespace

TensorFiles inOurNames(TensorFiles files, const ModelConfig& config)
{
    if (config.naming == TensorNaming::Llama || config.naming == TensorNaming::Mixture) {
        TensorFiles renamed{files.name, {}, files.files};
        for (auto& [name, source] : files.tensors) {
            const std::string whole = wholeName(name);
            renamed.tensors[config.naming == TensorNaming::Mixture ? mixtureName(whole) : whole] = std::move(source);
        }
        return renamed;
    }
    const bool isGpt2 = config.naming == TensorNaming::Gpt2;
    TensorFiles renamed{files.name, {}, files.files};
    for (const auto& [name, source] : files.tensors) {
        const NameParts parts = partsOf(name);
        const Naming* naming = parts.layer.empty() ? (isGpt2 ? find(kGpt2, parts.stem) : find(kBloom, parts.stem))
                                                   : (isGpt2 ? find(kGpt2Layer, parts.stem) : find(kBloomLayer, parts.stem));
        const Layout layout = naming == nullptr ? Layout::Same : naming->layout;
        const std::string ours = naming == nullptr ? name : parts.layer + std::string(naming->ours) + parts.ending;
        switch (layout) {
            case Layout::Same:
                renamed.tensors[ours] = source;
                break;
            case Layout::Turned:
                renamed.tensors[ours] = {source.type, [read = source.read](const torch::Tensor&) -> Result<torch::Tensor> {
                                             auto stored = read({});
                                             return stored && stored->dim() == 2 ? Result<torch::Tensor>(stored->t()) : stored;
                                         }};
                break;
            case Layout::JoinedByKind:
            case Layout::JoinedByHead:
                addParts(*naming, parts, source, config.shape, renamed);
                break;
            case Layout::Derived:
                break;
        }
    }
    return renamed;
}

NamedTensors inFamilyNames(NamedTensors tensors, const ModelShape& shape, TensorNaming naming)
{
    if (naming != TensorNaming::Gpt2 && naming != TensorNaming::Bloom) return tensors;
    const std::map<std::string, torch::Tensor> byName(tensors.begin(), tensors.end());
    NamedTensors renamed;
    for (const auto& [name, tensor] : tensors) {
        const NameParts parts = ourPartsOf(name);
        const Naming* family = naming == TensorNaming::Gpt2 ? namingFor(kGpt2, kGpt2Layer, parts) : namingFor(kBloom, kBloomLayer, parts);
        if (family == nullptr) continue;  // keys and values, which came with their queries
        const std::string layer = parts.layer.empty() ? "" : "h." + parts.layer + '.';
        const std::string theirs = (family->theirs == "lm_head" ? "" : "transformer." + layer) + std::string(family->theirs) + parts.ending;
        const auto part = [&](const char* which) { return byName.at("model.layers." + parts.layer + ".self_attn." + which + parts.ending); };
        switch (family->layout) {
            case Layout::Same:
            case Layout::Derived:
                renamed.emplace_back(theirs, tensor);
                break;
            case Layout::Turned:
                renamed.emplace_back(theirs, tensor.dim() == 2 ? tensor.t() : tensor);
                break;
            case Layout::JoinedByKind:
            case Layout::JoinedByHead:
                renamed.emplace_back(theirs, joined({tensor, part("k_proj"), part("v_proj")}, family->layout, shape));
                break;
        }
    }
    return renamed;
}

}  // namespace moebel
