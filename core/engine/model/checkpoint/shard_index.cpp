#include "engine/model/checkpoint/shard_index.h"

#include <nlohmann/json.hpp>

#include "moebel/base/file.h"
#include "moebel/base/json_depth.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint64_t kLargestIndex = 64U << 20;

}  // namespace

Error badIndex(const fs::path& index, const std::string& what)
{
    return invalidInput("bad-index", index.string() + ": " + what, index.string());
}

Result<std::map<std::string, std::string>> readShardIndex(const fs::path& index)
{
    const auto text = readFile(index, kLargestIndex);
    if (!text) return text.error();
    constexpr int kDeepest = 32;
    if (const std::string excess = jsonExcess(*text, kDeepest); !excess.empty()) return badIndex(index, excess);
    const json object = json::parse(*text, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object() || !object.contains("weight_map") || !object["weight_map"].is_object())
        return badIndex(index, "there is no object \"weight_map\"");
    std::map<std::string, std::string> shards;
    for (const auto& [tensor, shard] : object["weight_map"].items()) {
        if (!shard.is_string()) return badIndex(index, "the shard of " + tensor + " is not a file name");
        const fs::path file(shard.get<std::string>());
        if (file != file.filename() || file.extension() != ".safetensors")
            return badIndex(index, "the shard of " + tensor + " is \"" + file.string() +
                                       "\", expected the name of a .safetensors file in the same folder");
        shards[tensor] = file.string();
    }
    return shards;
}

}  // namespace moebel
