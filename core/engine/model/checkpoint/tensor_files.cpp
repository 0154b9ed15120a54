#include "engine/model/checkpoint/tensor_files.h"

#include <algorithm>
#include <memory>
#include <set>

#include "engine/model/checkpoint/shard_index.h"
#include "moebel/base/pickle.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

/// Pickles where the weights should be: what to do instead.
Result<TensorFiles> refuseOthers(const fs::path& folder)
{
    std::string pickle;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (isNamedLikePickle(name) && (pickle.empty() || name < pickle)) pickle = name;
    }
    if (pickle.empty())
        return invalidInput("no-weights", folder.string() + " has neither " + kSingle + " nor " + kIndex, folder.string());
    return invalidInput("pickle-refused",
                        folder.string() + " holds its weights as a pickle (" + pickle +
                            "), which can run code when it is read: load it in transformers and save it with "
                            "save_pretrained(..., safe_serialization=True)",
                        folder.string());
}

/// Behind its links a shard is a regular file of the model's folder or, where that is a snapshot of Hugging Face's cache, of the
/// cache of the model.
Status checkPlace(const fs::path& folder, const std::string& shard)
{
    std::error_code error;
    fs::path root = fs::canonical(folder, error);
    if (root.parent_path().filename() == "snapshots") root = root.parent_path().parent_path();
    const fs::path file = fs::canonical(folder / shard, error);
    const auto differs = std::mismatch(root.begin(), root.end(), file.begin(), file.end());
    if (!error && differs.first == root.end() && fs::is_regular_file(file, error)) return Done{};
    if (file.empty()) return badIndex(folder / kIndex, "the shard " + shard + " is missing; copy it into the folder");
    return badIndex(folder / kIndex, "the shard " + shard + " leads to " + file.string() + ", expected a file in " + root.string() +
                                         "; put the file itself there");
}

Status add(const fs::path& file, TensorFiles& files)
{
    auto reader = SafetensorsReader::open(file);
    if (!reader) return reader.error();
    files.files.push_back(file);
    const auto shared = std::make_shared<const SafetensorsReader>(std::move(*reader));
    for (const StoredTensor& stored : shared->header().tensors) {
        const auto readIt = [shared, &stored](const torch::Tensor& into) { return shared->read(stored, into); };
        if (!files.tensors.insert({stored.name, {scalarType(stored.type), readIt}}).second)
            return invalidInput("bad-index", file.string() + " holds " + stored.name + ", which another shard holds as well",
                                file.string());
    }
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
    for (const std::string& name : names) {
        if (Status placed = checkPlace(folder, name); !placed) return placed.error();
        if (Status added = add(folder / name, files); !added) return added.error();
    }
    for (const auto& [tensor, shard] : *shards)
        if (!files.tensors.contains(tensor)) return badIndex(folder / kIndex, tensor + " is not in " + shard);
    for (const auto& entry : files.tensors)
        if (!shards->contains(entry.first))
            return badIndex(folder / kIndex, "a shard holds " + entry.first + ", which is not listed");
    return files;
}

}  // namespace moebel
