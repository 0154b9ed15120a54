#include "engine/training/deviation_spool.h"

#include <nlohmann/json.hpp>

#include "engine/model/checkpoint/safetensors.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;

/// fp64 numbers as the bits that a file of tensors can hold.
torch::Tensor bitsOf(const std::vector<double>& values) { return torch::tensor(values, torch::kFloat64).view(torch::kInt64); }

std::vector<double> numbersOf(const torch::Tensor& bits)
{
    const torch::Tensor values = bits.contiguous().view(torch::kFloat64);
    return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel()};
}

std::string hashOfWeights(const Decoder& base)
{
    Sha256 hash;
    for (const NamedParameter& parameter : base.parameters()) {
        const torch::Tensor data = parameter.tensor.detach().cpu().contiguous();
        hash.update(parameter.name);
        hash.update(data.const_data_ptr(), data.nbytes());
    }
    return hash.hex();
}

}  // namespace

std::string identity(const DeviationSettings& settings)
{
    return nlohmann::json{{"steps", settings.steps},
                          {"batch", {settings.batchSequences, settings.microBatchSequences, settings.sequenceLength}},
                          {"learning_rate", settings.learningRate},
                          {"similarity_layers", settings.similarityLayers},
                          {"with_gate", settings.withGate},
                          {"packing", settings.packing},
                          {"weights", name(settings.weights)}}
        .dump();
}

DeviationSpool::DeviationSpool(fs::path folder, const Decoder& base, const DeviationSettings& settings, Seed seed,
                               Precision precision)
    : m_folder(std::move(folder))
{
    if (m_folder.empty()) return;
    m_key = nlohmann::json{{"base", hashOfWeights(base)},
                           {"settings", identity(settings)},
                           {"precision", name(precision)},
                           {"seed", seed.value},
                           {"threads", at::get_num_threads()}}
                .dump();
}

fs::path DeviationSpool::fileOf(const DeviationText& text) const
{
    const std::string data = text.stream != nullptr ? text.stream->dataHash() : text.shard->hash();
    return m_folder / (sha256Hex(m_key + "\n" + text.language + "\n" + data).substr(0, 32) + ".safetensors");
}

std::optional<DeviationChange> DeviationSpool::find(const DeviationText& text) const
{
    if (m_folder.empty() || !fs::exists(fileOf(text))) return std::nullopt;
    const auto file = readSafetensors(fileOf(text));
    if (!file) return std::nullopt;
    const auto& tensors = file->tensors;
    for (const char* name : {"feed_forward", "attention", "changed", "last"})
        if (!tensors.contains(name)) return std::nullopt;
    m_files.push_back(fileOf(text));
    return DeviationChange{numbersOf(tensors.at("feed_forward")), numbersOf(tensors.at("attention")),
                           numbersOf(tensors.at("changed")).front(), tensors.at("last")};
}

Status DeviationSpool::keep(const DeviationText& text, const DeviationChange& change) const
{
    if (m_folder.empty()) return Done{};
    if (Status made = makeDirectories(m_folder); !made) return made;
    const fs::path file = fileOf(text);
    fs::path whole = file;
    whole += ".new";
    const NamedTensors tensors = {{"feed_forward", bitsOf(change.feedForward)},
                                  {"attention", bitsOf(change.attention)},
                                  {"changed", bitsOf({change.changedShare})},
                                  {"last", change.last_P}};
    if (Status written = writeSafetensors(whole, tensors); !written) return written;
    m_files.push_back(file);
    return renameDurably(whole, file);
}

void DeviationSpool::remove()
{
    std::error_code ignored;
    for (const fs::path& file : m_files) fs::remove(file, ignored);
    if (!m_folder.empty()) fs::remove(m_folder, ignored);
    m_files.clear();
}

}  // namespace moebel
