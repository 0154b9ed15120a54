// Which expert of a finished model knows the text of new languages best (DMoE's adaptation, methods.md 3.8).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

namespace moebel
{

/// One expert on the text of new languages, all tokens through it alone.
struct ExpertFit {
    double nll = 0;  ///< nats, summed over the tokens
    std::int64_t tokens = 0;
    std::int64_t bytes = 0;

    double bitsPerByte() const { return nll / std::numbers::ln2 / double(std::max<std::int64_t>(bytes, 1)); }
    double tokenPerplexity() const { return std::exp(nll / double(std::max<std::int64_t>(tokens, 1))); }
    bool operator==(const ExpertFit&) const = default;
};

/// A group of new languages and the expert that its own begins as a copy of.
struct NearestExpert {
    std::vector<std::string> languages;
    std::vector<ExpertFit> fits;  ///< one for each expert that was there before
    std::int64_t expert = 0;      ///< the one with the lowest nll

    bool operator==(const NearestExpert&) const = default;
};

}  // namespace moebel
