// model.safetensors.index.json: which shard holds which tensor. Read without LibTorch.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "moebel/base/result.h"

namespace moebel
{

/// tensor -> shard, the plain name of a .safetensors file beside the index. At most 64 MiB. Error "bad-index".
Result<std::map<std::string, std::string>> readShardIndex(const std::filesystem::path& index);

/// "bad-index", with the file before the sentence.
Error badIndex(const std::filesystem::path& index, const std::string& what);

}  // namespace moebel
