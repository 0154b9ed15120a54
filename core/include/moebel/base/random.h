// Counter-based randomness: every draw is a pure function of (seed, stream, index), so nothing has to be saved to resume.
#pragma once

#include <cstdint>
#include <vector>

#include "moebel/base/ids.h"

namespace moebel {

/// Philox-4x32-10 (Salmon et al., SC 2011) keyed by (seed, stream).
class CounterRandom {
public:
    explicit CounterRandom(Seed seed, std::uint64_t stream = 0);

    /// 64 random bits of position `index`.
    std::uint64_t bits(std::uint64_t index) const;
    /// In [0, bound), without modulo bias. Precondition: bound > 0.
    std::uint64_t below(std::uint64_t index, std::uint64_t bound) const;
    /// In [0, 1).
    double uniform(std::uint64_t index) const;
    /// Standard normal (Box-Muller).
    double normal(std::uint64_t index) const;

private:
    std::uint64_t m_seed;
    std::uint64_t m_stream;
};

/// A random permutation of 0..size-1, the same for the same (seed, stream).
std::vector<std::uint32_t> randomPermutation(std::uint32_t size, Seed seed, std::uint64_t stream);

/// A new seed for a named purpose, so that parts do not share draws.
Seed deriveSeed(Seed seed, std::uint64_t purpose);

}  // namespace moebel
