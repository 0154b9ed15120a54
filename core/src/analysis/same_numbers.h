// Equality of measurements, of which some may be missing.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace moebel
{

/// NaN is equal to NaN.
inline bool sameNumbers(const std::vector<double>& first, const std::vector<double>& second)
{
    const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
    return std::equal(first.begin(), first.end(), second.begin(), second.end(), same);
}

}  // namespace moebel
