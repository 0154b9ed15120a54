#include "engine/model/checkpoint/tensor_files.h"

#include <memory>
#include <set>

#include "engine/model/checkpoint/shard_index.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

/// A pickle where the weights should be: what to do instead.
Result<TensorFiles> refuseOthers(const fs::path& folder)
{
    for (const char* pickle :
         {"pytorch_model.bin", "pytorch_model.bin.index.json", "consolidated.00.pth", "model.pt", "model.ckpt"})
        if (std::error_code error; fs::exists(folder / pickle, error))
            return invalidInput("pickle-refused",
                                folder.string() + " holds its weights as a pickle (" + pickle +
                                    "), which can run code when it is read: load it in transformers and save it with "
                                    "save_pretrained(..., safe_serialization=True)",
                                folder.string());
    return invalidInput("no-weights", folder.string() + " has neither " + kSingle + " nor " + kIndex, folder.string());
}

Status add(const fs::path& file, TensorFiles& files)
{
    auto reader = SafetensorsReader::open(file);
    if (!reader) return reader.error();
    files.files.push_back(file);
    const auto shared = std::make_shared<SafetensorsReader>(std::move(*reader));
    for (const StoredTensor& stored : shared->header().tensors)
        if (!files.tensors.insert({stored.name, [shared, stored] { return shared->read(stored); }}).second)
            return invalidInput("bad-index", file.string() + " holds " + stored.name + ", which another shard holds as well",
                                file.string());
    return Done{};
}

}  // namespace

Result<TensorFiles> openTensorFiles(const fs::path& folder)
{
    std::error_code error;
    TensorFiles files;
    if (fs::exists(folder / kSingle, error) || !fs::exists(folder / kIndex, error)) {
        if (!fs::exists(folder / kSingle, error)) return refuseOthers(folder);
        files.name = (folder / kSingle).string();
        if (Status added = add(folder / kSingle, files); !added) return added.error();
        return files;
    }
    files.name = (folder / kIndex).string();
    files.files.push_back(folder / kIndex);
    const auto shards = readShardIndex(folder / kIndex);
    if (!shards) return shards.error();
    std::set<std::string> names;
    for (const auto& entry : *shards) names.insert(entry.second);
    for (const std::string& name : names)
        if (Status added = add(folder / name, files); !added) return added.error();
    for (const auto& [tensor, shard] : *shards)
        if (!files.tensors.contains(tensor)) return badIndex(folder / kIndex, tensor + " is not in " + shard);
    for (const auto& entry : files.tensors)
        if (!shards->contains(entry.first))
            return badIndex(folder / kIndex, "a shard holds " + entry.first + ", which is not listed");
    return files;
}

}  // namespace moebel
