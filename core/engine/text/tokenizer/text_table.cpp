#include "engine/text/tokenizer/text_table.h"

#include <random>

namespace moebel
{

std::uint64_t hashSeed()
{
    static const std::uint64_t kSeed = [] {
        std::random_device device;
        return (std::uint64_t(device()) << 32) | device();
    }();
    return kSeed;
}

}  // namespace moebel
