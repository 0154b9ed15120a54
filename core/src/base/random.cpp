#include "moebel/base/random.h"

#include <array>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace moebel {
namespace {

using Block = std::array<std::uint32_t, 4>;

// Philox-4x32-10: ten rounds of two 32x32 multiplications (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3").
Block philox(Block counter, std::uint32_t key0, std::uint32_t key1)
{
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t product0 = std::uint64_t(0xD2511F53U) * counter[0];
        const std::uint64_t product1 = std::uint64_t(0xCD9E8D57U) * counter[2];
        counter = {std::uint32_t(product1 >> 32) ^ counter[1] ^ key0, std::uint32_t(product1),
                   std::uint32_t(product0 >> 32) ^ counter[3] ^ key1, std::uint32_t(product0)};
        key0 += 0x9E3779B9U;
        key1 += 0xBB67AE85U;
    }
    return counter;
}

double toUnit(std::uint64_t bits) { return double(bits >> 11) * 0x1.0p-53; }

Block blockAt(std::uint64_t seed, std::uint64_t stream, std::uint64_t index)
{
    return philox({std::uint32_t(index), std::uint32_t(index >> 32), std::uint32_t(stream), std::uint32_t(stream >> 32)},
                  std::uint32_t(seed), std::uint32_t(seed >> 32));
}

std::uint64_t low(const Block& block) { return (std::uint64_t(block[1]) << 32) | block[0]; }
std::uint64_t high(const Block& block) { return (std::uint64_t(block[3]) << 32) | block[2]; }

}  // namespace

CounterRandom::CounterRandom(Seed seed, std::uint64_t stream) : m_seed(seed.value), m_stream(stream) {}

std::uint64_t CounterRandom::bits(std::uint64_t index) const { return low(blockAt(m_seed, m_stream, index)); }

std::uint64_t CounterRandom::below(std::uint64_t index, std::uint64_t bound) const
{
    assert(bound > 0);
    const Block block = blockAt(m_seed, m_stream, index);
    __extension__ typedef unsigned __int128 Wide;  // the upper half of 128 bits times the bound: bias below 2^-64
    const Wide first = Wide(low(block)) * bound;
    const Wide second = Wide(high(block)) * bound;
    return std::uint64_t((first + (second >> 64)) >> 64);
}

double CounterRandom::uniform(std::uint64_t index) const { return toUnit(bits(index)); }

double CounterRandom::normal(std::uint64_t index) const
{
    const Block block = blockAt(m_seed, m_stream, index);
    const double radius = std::sqrt(-2.0 * std::log(1.0 - toUnit(low(block))));
    return radius * std::cos(2.0 * std::numbers::pi * toUnit(high(block)));
}

std::vector<std::uint32_t> randomPermutation(std::uint32_t size, Seed seed, std::uint64_t stream)
{
    std::vector<std::uint32_t> order(size);
    std::iota(order.begin(), order.end(), 0U);
    const CounterRandom random(seed, stream);
    for (std::uint32_t i = size; i > 1; --i) std::swap(order[i - 1], order[random.below(i, i)]);
    return order;
}

Seed deriveSeed(Seed seed, std::uint64_t purpose) { return Seed{CounterRandom(seed, ~std::uint64_t(0)).bits(purpose)}; }

}  // namespace moebel
