// config.json: a config that is accepted has a shape that can be built and written again.
#include <cstdlib>

#include "moebel/experiment/model_config.h"
#include "tests/fuzz/memory_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
    const moebel::MemoryFile file(bytes, size);
    const auto config = moebel::readConfig(file.path());
    if (!config) return 0;
    const std::string written = moebel::configJson(config->shape, config->allocation);
    const moebel::MemoryFile again(reinterpret_cast<const std::uint8_t*>(written.data()), written.size());
    const auto second = moebel::readConfig(again.path());
    if (!second || !(second->shape == config->shape)) std::abort();
    return 0;
}
