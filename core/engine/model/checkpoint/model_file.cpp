#include "engine/model/checkpoint/model_file.h"

#include <algorithm>
#include <map>

#include "engine/model/checkpoint/name_list.h"
#include "engine/model/checkpoint/safetensors.h"
#include "engine/model/checkpoint/shard_writer.h"
#include "engine/model/checkpoint/tensor_files.h"
#include "engine/model/checkpoint/tensor_names.h"
#include "engine/model/precision.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"

namespace moebel
{
namespace
{

std::string shapeText(torch::IntArrayRef shape)
{
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
    return text + "]";
}

/// What files hold beside the weights: tables that follow from the config, and a head that is the embedding.
Status dropDerived(const Decoder& decoder, TensorFiles& files)
{
    std::erase_if(files.tensors, [](const auto& entry) { return entry.first.ends_with(".rotary_emb.inv_freq"); });
    const auto spare = files.tensors.find("lm_head.weight");
    if (!decoder.shape().tiedHead || spare == files.tensors.end()) return Done{};
    const auto stored = files.read("lm_head.weight");
    if (!stored) return stored.error();
    const torch::Tensor head = decoder.head_VD();
    if (!stored->sizes().equals(head.sizes()) || !stored->to(head.dtype()).equal(head))
        return invalidInput(
            "spare-tensors",
            files.name + ": tie_word_embeddings is true, but lm_head.weight is not the embedding; set it to false", files.name);
    files.tensors.erase(spare);
    return Done{};
}

/// Reads every tensor into the decoder; every name must be there once and no other.
Status fill(const Decoder& decoder, TensorFiles& files, Precision precision)
{
    std::vector<std::string> missing;
    for (NamedParameter& parameter : decoder.parameters()) {
        const auto source = files.tensors.find(parameter.name);
        if (source == files.tensors.end()) {
            missing.push_back(parameter.name);
            continue;
        }
        if (source->second.type == computeType(parameter.group, precision) && source->second.type != parameter.tensor.scalar_type())
            parameter.tensor.set_data(torch::empty(parameter.tensor.sizes(), source->second.type));
        const auto stored = source->second.read(parameter.tensor);
        if (!stored) return stored.error();
        if (stored->sizes() != parameter.tensor.sizes())
            return invalidInput("shape-mismatch",
                                files.name + ": " + parameter.name + " is " + shapeText(stored->sizes()) +
                                    ", the config says " + shapeText(parameter.tensor.sizes()),
                                files.name);
        if (!stored->is_alias_of(parameter.tensor)) parameter.tensor.copy_(*stored);
    }
    if (Status dropped = dropDerived(decoder, files); !dropped) return dropped;
    for (const NamedParameter& parameter : decoder.parameters()) files.tensors.erase(parameter.name);
    std::vector<std::string> spare;
    for (const auto& entry : files.tensors) spare.push_back(entry.first);
    if (!missing.empty())
        return invalidInput(
            "missing-tensors",
            files.name + " lacks " + std::to_string(missing.size()) + " tensors that the config needs: " + listedNames(missing),
            files.name);
    if (!spare.empty())
        return invalidInput(
            "spare-tensors",
            files.name + " holds " + std::to_string(spare.size()) + " tensors that the config does not know: " + listedNames(spare),
            files.name);
    return Done{};
}

Result<TensorFiles> openFiles(const std::filesystem::path& model)
{
    return model.extension() == ".gguf" ? openGgufTensors(model) : openTensorFiles(model);
}

}  // namespace

Status writeModel(const Decoder& decoder, const std::filesystem::path& folder, const std::vector<NamedParameter>& masters,
                  std::uint64_t largestShard)
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
    const TensorNaming naming = namingOf(decoder.shape(), decoder.allocation());
    return writeShards(inFamilyNames(std::move(tensors), decoder.shape(), naming), folder, largestShard);
}

Result<std::unique_ptr<Decoder>> readModel(const std::filesystem::path& model, Precision precision)
{
    const auto config = readModelConfig(model);
    if (!config) return config.error();
    const auto opened = openFiles(model);
    if (!opened) return opened.error();
    TensorFiles files = inOurNames(*opened, *config);
    const torch::NoGradGuard noGradient;
    auto decoder = std::make_unique<Decoder>(config->shape, config->allocation);
    if (Status filled = fill(*decoder, files, precision); !filled) return filled.error();
    return decoder;
}

Result<std::string> hashOfModel(const std::filesystem::path& model)
{
    const auto files = openFiles(model);
    if (!files) return files.error();
    std::string hashes;
    for (const std::filesystem::path& file : files->files) {
        const auto hash = sha256OfFile(file);
        if (!hash) return hash.error();
        hashes += *hash;
    }
    return files->files.size() == 1 ? hashes : sha256Hex(hashes);
}

}  // namespace moebel
