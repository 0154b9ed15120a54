// Groups of one size by similarity: the best subset of what remains, round after round, or grown from the closest pair.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "moebel/analysis/language_groups.h"
#include "moebel/base/random.h"

namespace moebel
{
namespace
{

using Places = std::vector<std::size_t>;  // of languages in the matrix, ascending

constexpr double kNone = -std::numeric_limits<double>::infinity();
/// Comparisons that the search of a group may take: a second or two.
constexpr std::int64_t kPatience = 200'000'000;

/// The larger ones first.
std::vector<std::size_t> balancedSizes(std::size_t languages, std::size_t count)
{
    std::vector<std::size_t> sizes(count, languages / count);
    for (std::size_t i = 0; i < languages % count; ++i) ++sizes[i];
    return sizes;
}

Status checkCount(std::size_t languages, std::int64_t count)
{
    if (count >= 1 && count <= std::int64_t(languages)) return Done{};
    return invalidInput("bad-group-count", std::to_string(count) + (count == 1 ? " group was" : " groups were") +
                                               " asked for and there are " + std::to_string(languages) +
                                               " languages; expected a number from 1 to " + std::to_string(languages));
}

/// Looks at the subsets of one size in lexicographic order and keeps the first whose smallest similarity is highest. Subsets
/// that begin like one which is no better than the best so far are passed over, so that the answer is that of looking at all.
class SubsetSearch
{
public:
    SubsetSearch(const LanguageMatrix& matrix, Places candidates, std::size_t size, const std::stop_token& stop)
        : m_matrix(matrix), m_candidates(std::move(candidates)), m_size(size), m_stop(stop)
    {
    }

    /// Nothing where the patience was not enough, or stopped.
    std::optional<Places> best()
    {
        std::vector<Open> all;
        for (const std::size_t place : m_candidates) all.push_back({place, -kNone});
        extend(all);
        return m_patience >= 0 && !m_stop.stop_requested() ? std::optional(m_best) : std::nullopt;
    }

private:
    struct Open {
        std::size_t place;
        double toChosen;  ///< its smallest similarity to the chosen ones, theirs included
    };

    /// Adds each of `open` in turn; those behind it stay open where they would still beat the best.
    void extend(const std::vector<Open>& open)
    {
        const std::size_t missing = m_size - m_chosen.size();
        for (std::size_t i = 0; i + missing <= open.size() && m_patience >= 0; ++i) {
            if (open[i].toChosen <= m_bestSimilarity) continue;
            m_chosen.push_back(open[i].place);
            if (missing == 1) {
                m_best = m_chosen;
                m_bestSimilarity = open[i].toChosen;
            } else {
                extend(stillOpen(open, i));
            }
            m_chosen.pop_back();
        }
    }

    std::vector<Open> stillOpen(const std::vector<Open>& open, std::size_t chosen)
    {
        std::vector<Open> rest;
        m_patience = m_stop.stop_requested() ? -1 : m_patience - std::int64_t(open.size() - chosen);
        for (std::size_t k = chosen + 1; k < open.size(); ++k) {
            const double similarity =
                std::min({open[chosen].toChosen, open[k].toChosen, m_matrix.at(open[chosen].place, open[k].place)});
            if (similarity > m_bestSimilarity) rest.push_back({open[k].place, similarity});
        }
        return rest;
    }

    const LanguageMatrix& m_matrix;
    const Places m_candidates;
    const std::size_t m_size;
    const std::stop_token& m_stop;
    Places m_chosen, m_best;
    double m_bestSimilarity = kNone;
    std::int64_t m_patience = kPatience;
};

double smallestTo(const LanguageMatrix& matrix, std::size_t place, const Places& group)
{
    double smallest = -kNone;
    for (const std::size_t member : group) smallest = std::min(smallest, matrix.at(place, member));
    return smallest;
}

Places closestPair(const LanguageMatrix& matrix, const Places& remaining)
{
    Places pair;
    for (std::size_t a = 0; a < remaining.size(); ++a)
        for (std::size_t b = a + 1; b < remaining.size(); ++b)
            if (pair.empty() || matrix.at(remaining[a], remaining[b]) > matrix.at(pair[0], pair[1]))
                pair = {remaining[a], remaining[b]};
    return pair;
}

Places grown(const LanguageMatrix& matrix, const Places& remaining, std::size_t size)
{
    if (size == 1) return {remaining.front()};
    Places group = closestPair(matrix, remaining);
    while (group.size() < size) {
        std::optional<std::size_t> next;
        for (const std::size_t place : remaining) {
            if (std::find(group.begin(), group.end(), place) != group.end()) continue;
            if (!next || smallestTo(matrix, place, group) > smallestTo(matrix, *next, group)) next = place;
        }
        group.push_back(*next);
    }
    std::sort(group.begin(), group.end());
    return group;
}

/// "1.2e+17": subsets of `size` of `languages`.
std::string subsetsText(std::size_t languages, std::size_t size)
{
    const double n = double(languages), k = double(size);
    char text[32];
    std::snprintf(text, sizeof text, "%.2g", std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1)));
    return text;
}

/// Takes groups of the wanted sizes out of the languages, one after the other, by `take(remaining, size)`.
template <typename Take>
Result<LanguageGroups> extracted(const LanguageMatrix& matrix, std::int64_t count, Take take)
{
    if (Status fine = checkCount(matrix.size(), count); !fine) return fine.error();
    if (Status fine = everyPairKnown(matrix); !fine) return fine.error();
    Places remaining(matrix.size());
    std::iota(remaining.begin(), remaining.end(), std::size_t(0));
    LanguageGroups result;
    for (const std::size_t size : balancedSizes(matrix.size(), std::size_t(count))) {
        const Result<Places> group = take(remaining, size);
        if (!group) return group.error();
        auto& languages = result.groups.emplace_back();
        for (const std::size_t place : *group) {
            languages.push_back(matrix.languages()[place]);
            std::erase(remaining, place);
        }
    }
    return withSimilarities(std::move(result), matrix);
}

}  // namespace

Result<LanguageGroups> groupExactly(const LanguageMatrix& matrix, std::int64_t count, const std::stop_token& stop)
{
    return extracted(matrix, count, [&](const Places& remaining, std::size_t size) -> Result<Places> {
        auto group = SubsetSearch(matrix, remaining, size, stop).best();
        if (group) return std::move(*group);
        if (stop.stop_requested())
            return Error{ErrorKind::Stopped, "stopped", "the search for the groups was stopped as requested", {}};
        return invalidInput("too-many-subsets",
                            "the best " + std::to_string(size) + " of " + std::to_string(remaining.size()) +
                                " languages were not found among " + subsetsText(remaining.size(), size) +
                                " subsets in the seconds that the exact search may take; choose the algorithm growth, "
                                "or more groups");
    });
}

Result<LanguageGroups> groupExactly(const LanguageMatrix& matrix, std::int64_t count) { return groupExactly(matrix, count, {}); }

Result<LanguageGroups> groupByGrowth(const LanguageMatrix& matrix, std::int64_t count)
{
    return extracted(matrix, count, [&](const Places& remaining, std::size_t size) -> Result<Places> {
        return grown(matrix, remaining, size);
    });
}

Result<LanguageGroups> groupRandomly(const std::vector<std::string>& languages, std::int64_t count, Seed seed)
{
    if (Status fine = checkCount(languages.size(), count); !fine) return fine.error();
    const auto order = randomPermutation(std::uint32_t(languages.size()), seed, 0);
    auto next = order.begin();
    LanguageGroups result;
    for (const std::size_t size : balancedSizes(languages.size(), std::size_t(count))) {
        Places group(next, next + std::ptrdiff_t(size));
        next += std::ptrdiff_t(size);
        std::sort(group.begin(), group.end());
        auto& members = result.groups.emplace_back();
        for (const std::size_t place : group) members.push_back(languages[place]);
    }
    return withSimilarities(std::move(result), {});
}

}  // namespace moebel
