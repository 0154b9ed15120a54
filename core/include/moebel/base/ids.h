// Typed ids: a layer is not an expert is not a language.
#pragma once

#include <compare>
#include <cstdint>

namespace moebel {

/// Index into the experiment's list of languages (original ones first, in the order of the description).
struct LanguageId {
    std::int32_t index = 0;
    auto operator<=>(const LanguageId&) const = default;
};

/// Index of a decoder layer, 0 at the bottom.
struct LayerId {
    std::int32_t index = 0;
    auto operator<=>(const LayerId&) const = default;
};

/// An expert of a layer; index 0 is the original feed-forward network.
struct ExpertId {
    LayerId layer;
    std::int32_t index = 0;
    auto operator<=>(const ExpertId&) const = default;
};

/// Everything random takes one of these.
struct Seed {
    std::uint64_t value = 1;
    auto operator<=>(const Seed&) const = default;
};

}  // namespace moebel
