// How good groups are: how alike the languages inside are, how much less alike those of other groups, how even the sizes.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "moebel/analysis/language_groups.h"

namespace moebel
{

/// NaN where nothing is known: a group of one language has no pair inside.
struct GroupQuality {
    std::vector<std::string> languages;
    double tokens = std::numeric_limits<double>::quiet_NaN();  ///< of training text
    double smallest = std::numeric_limits<double>::quiet_NaN();
    double mean = std::numeric_limits<double>::quiet_NaN();
    std::optional<std::size_t> nearest;  ///< the other group that is most alike in the mean
    double toNearest = std::numeric_limits<double>::quiet_NaN();
};

struct GroupingQuality {
    std::vector<GroupQuality> groups;
    double smallest = std::numeric_limits<double>::quiet_NaN();  ///< of all pairs inside a group: what exact grouping maximises
    double inside = std::numeric_limits<double>::quiet_NaN();    ///< mean over the pairs inside
    double between = std::numeric_limits<double>::quiet_NaN();   ///< mean over the pairs of two groups
    std::size_t smallestSize = 0, largestSize = 0;
    double tokenRatio = std::numeric_limits<double>::quiet_NaN();  ///< tokens of the largest group over the smallest: 1 is even
};

/// `tokens`: by language; a group with a language that is missing there has none.
GroupingQuality qualityOf(const LanguageGroups& groups, const LanguageMatrix& matrix,
                          const std::map<std::string, double>& tokens);

}  // namespace moebel
