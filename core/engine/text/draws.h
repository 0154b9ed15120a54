// Draws one after the other from a stream of counter-based randomness.
#pragma once

#include "moebel/base/random.h"

namespace moebel {

class Draws {
public:
    Draws(Seed seed, std::uint64_t stream) : m_random(seed, stream) {}

    /// In [0, bound). Precondition: bound > 0.
    std::uint64_t below(std::uint64_t bound) { return m_random.below(m_next++, bound); }
    /// In [0, 1).
    double uniform() { return m_random.uniform(m_next++); }
    bool chance(double probability) { return uniform() < probability; }

private:
    CounterRandom m_random;
    std::uint64_t m_next = 0;
};

}  // namespace moebel
