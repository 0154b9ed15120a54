// Whether two measurements of the same items differ by more than the choice of the items explains.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "moebel/analysis/score.h"

namespace moebel
{

/// Of the mean by weight, other - baseline, over the items that both have. NaN where fewer than two are shared.
struct PairedDifference {
    std::int64_t items = 0;
    double difference = std::numeric_limits<double>::quiet_NaN();
    double low = std::numeric_limits<double>::quiet_NaN();     ///< 2.5 % percentile of the bootstrap
    double high = std::numeric_limits<double>::quiet_NaN();    ///< 97.5 %
    double pValue = std::numeric_limits<double>::quiet_NaN();  ///< two-sided, that there is no difference
};

/// Paired bootstrap (Koehn, EMNLP 2004): items are drawn with replacement, the same ones for both. The same answer every time.
/// Both lists sorted by item; an item that is there twice is paired in order.
PairedDifference pairedDifference(const std::vector<SampleScore>& baseline, const std::vector<SampleScore>& other,
                                  int resamples = 5'000);

}  // namespace moebel
