#include "app/workbench/control/grouping/grouping_quality.h"

#include <algorithm>
#include <cmath>

namespace moebel
{

namespace
{

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// A mean under way.
struct Mean {
    double sum = 0;
    std::size_t count = 0;
    void add(double value) { sum += value, ++count; }
    double value() const { return count > 0 ? sum / double(count) : kUnknown; }
};

/// [group][group]; the diagonal is inside.
std::vector<std::vector<Mean>> meansOf(const std::vector<std::size_t>& groups, std::size_t count, const LanguageMatrix& matrix)
{
    std::vector<std::vector<Mean>> means(count, std::vector<Mean>(count));
    for (std::size_t a = 0; a < matrix.size(); ++a)
        for (std::size_t b = 0; b < a; ++b) {
            if (groups[a] >= count || groups[b] >= count) continue;
            means[std::min(groups[a], groups[b])][std::max(groups[a], groups[b])].add(matrix.at(a, b));
        }
    return means;
}

double tokensOf(const std::vector<std::string>& languages, const std::map<std::string, double>& tokens)
{
    double sum = 0;
    for (const std::string& language : languages) {
        const auto found = tokens.find(language);
        if (found == tokens.end()) return kUnknown;
        sum += found->second;
    }
    return sum;
}

void findNearest(GroupQuality& quality, std::size_t group, const std::vector<std::vector<Mean>>& means)
{
    for (std::size_t other = 0; other < means.size(); ++other) {
        if (other == group) continue;
        const double mean = means[std::min(group, other)][std::max(group, other)].value();
        if (std::isnan(mean) || (quality.nearest && mean <= quality.toNearest)) continue;
        quality.nearest = other;
        quality.toNearest = mean;
    }
}

void sumUp(GroupingQuality& quality, const std::vector<std::vector<Mean>>& means)
{
    Mean inside, between;
    for (std::size_t a = 0; a < means.size(); ++a)
        for (std::size_t b = a; b < means.size(); ++b) {
            Mean& whole = a == b ? inside : between;
            whole.sum += means[a][b].sum;
            whole.count += means[a][b].count;
        }
    quality.inside = inside.value();
    quality.between = between.value();
    double least = kUnknown, most = kUnknown;
    for (const GroupQuality& group : quality.groups) {
        quality.largestSize = std::max(quality.largestSize, group.languages.size());
        quality.smallestSize =
            quality.smallestSize == 0 ? group.languages.size() : std::min(quality.smallestSize, group.languages.size());
        if (!std::isnan(group.smallest) && !(group.smallest >= quality.smallest)) quality.smallest = group.smallest;
        if (!(group.tokens >= least)) least = group.tokens;
        if (!(group.tokens <= most)) most = group.tokens;
    }
    const bool told = std::none_of(quality.groups.begin(), quality.groups.end(),
                                   [](const GroupQuality& group) { return std::isnan(group.tokens); });
    if (told && least > 0) quality.tokenRatio = most / least;
}

}  // namespace

GroupingQuality qualityOf(const LanguageGroups& groups, const LanguageMatrix& matrix,
                          const std::map<std::string, double>& tokens)
{
    const LanguageGroups known = withSimilarities(groups, matrix);
    std::vector<std::size_t> places;
    for (const std::string& language : matrix.languages())
        places.push_back(groupOf(groups, language).value_or(groups.groups.size()));
    const auto means = meansOf(places, groups.groups.size(), matrix);
    GroupingQuality quality;
    for (std::size_t group = 0; group < groups.groups.size(); ++group) {
        quality.groups.push_back({groups.groups[group],
                                  tokensOf(groups.groups[group], tokens),
                                  known.smallestSimilarity[group],
                                  known.meanSimilarity[group],
                                  {},
                                  kUnknown});
        findNearest(quality.groups.back(), group, means);
    }
    sumUp(quality, means);
    return quality;
}

}  // namespace moebel
