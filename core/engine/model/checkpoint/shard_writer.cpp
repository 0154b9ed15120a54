#include "engine/model/checkpoint/shard_writer.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "moebel/base/file.h"

namespace moebel
{
namespace
{

std::uint64_t bytesOf(const torch::Tensor& tensor, std::optional<torch::ScalarType> type)
{
    return std::uint64_t(tensor.numel()) * c10::elementSize(type.value_or(tensor.scalar_type()));
}

std::vector<NamedTensors> shardsOf(const NamedTensors& tensors, std::uint64_t largest, std::optional<torch::ScalarType> type)
{
    std::vector<NamedTensors> shards(1);
    std::uint64_t bytes = 0;
    for (const auto& entry : tensors) {
        const std::uint64_t size = bytesOf(entry.second, type);
        if (!shards.back().empty() && bytes + size > largest) {
            shards.emplace_back();
            bytes = 0;
        }
        shards.back().push_back(entry);
        bytes += size;
    }
    return shards;
}

std::string shardName(std::size_t index, std::size_t count)
{
    char name[64];
    std::snprintf(name, sizeof name, "model-%05zu-of-%05zu.safetensors", index + 1, count);
    return name;
}

}  // namespace

Status writeShards(const NamedTensors& tensors, const std::filesystem::path& folder, std::uint64_t largest,
                   std::optional<torch::ScalarType> type)
{
    const std::map<std::string, std::string> metadata = {{"format", "pt"}};
    const std::vector<NamedTensors> shards = shardsOf(tensors, largest, type);
    if (shards.size() == 1) return writeSafetensors(folder / "model.safetensors", tensors, metadata, type);
    nlohmann::ordered_json names = nlohmann::ordered_json::object();
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < shards.size(); ++i) {
        const std::string name = shardName(i, shards.size());
        if (Status done = writeSafetensors(folder / name, shards[i], metadata, type); !done) return done;
        for (const auto& entry : shards[i]) {
            names[entry.first] = name;
            total += bytesOf(entry.second, type);
        }
    }
    const nlohmann::ordered_json index = {{"metadata", {{"total_size", total}}}, {"weight_map", names}};
    return writeFileAtomically(folder / "model.safetensors.index.json", index.dump(2) + "\n");
}

}  // namespace moebel
