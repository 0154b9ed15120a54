// model.safetensors.index.json: every shard that is accepted is a plain file name.
#include <cstdlib>

#include "engine/model/checkpoint/shard_index.h"
#include "tests/fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const moebel::MemoryFile file(bytes, size);
    const auto shards = moebel::readShardIndex(file.path());
    if (!shards) return 0;
    for (const auto& entry : *shards)
        if (entry.second.find('/') != std::string::npos || entry.second == "..") std::abort();
    return 0;
}
