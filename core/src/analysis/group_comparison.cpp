// Two ways to group the same languages: how far they agree, and which languages changed their group.
#include <algorithm>
#include <cmath>

#include "moebel/analysis/language_groups.h"

namespace moebel
{
namespace
{

using Overlaps = std::vector<std::vector<std::int64_t>>;  // [group of the first][group of the second]: shared languages

Overlaps overlapsOf(const LanguageGroups& first, const LanguageGroups& second)
{
    Overlaps overlaps(first.groups.size(), std::vector<std::int64_t>(second.groups.size(), 0));
    for (std::size_t g = 0; g < first.groups.size(); ++g)
        for (const std::string& language : first.groups[g])
            if (const auto other = groupOf(second, language)) ++overlaps[g][*other];
    return overlaps;
}

double pairs(std::int64_t languages) { return double(languages) * double(languages - 1) / 2; }

/// The column of each row so that the sum of the chosen values is highest (Kuhn and Munkres, with potentials). A square matrix.
std::vector<std::size_t> bestAssignment(const Overlaps& values)
{
    const std::size_t n = values.size();
    constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max() / 2;
    std::vector<std::int64_t> rowPotential(n + 1, 0), columnPotential(n + 1, 0);
    std::vector<std::size_t> rowOf(n + 1, 0), before(n + 1, 0);  // from 1; column 0 stands for the row to be placed
    for (std::size_t row = 1; row <= n; ++row) {
        std::vector<std::int64_t> slack(n + 1, kFar);
        std::vector<bool> used(n + 1, false);
        std::size_t column = 0;
        rowOf[0] = row;
        do {
            used[column] = true;
            std::size_t next = 0;
            std::int64_t step = kFar;
            for (std::size_t k = 1; k <= n; ++k) {
                if (used[k]) continue;
                const std::int64_t cost = -values[rowOf[column] - 1][k - 1] - rowPotential[rowOf[column]] - columnPotential[k];
                if (cost < slack[k]) slack[k] = cost, before[k] = column;
                if (slack[k] < step) step = slack[k], next = k;
            }
            for (std::size_t k = 0; k <= n; ++k)
                if (used[k])
                    rowPotential[rowOf[k]] += step, columnPotential[k] -= step;
                else
                    slack[k] -= step;
            column = next;
        } while (rowOf[column] != 0);
        for (; column != 0; column = before[column]) rowOf[column] = rowOf[before[column]];
    }
    std::vector<std::size_t> columnOf(n);
    for (std::size_t k = 1; k <= n; ++k) columnOf[rowOf[k] - 1] = k - 1;
    return columnOf;
}

/// Counterparts share a language.
std::vector<std::optional<std::size_t>> counterparts(const LanguageGroups& before, const LanguageGroups& after)
{
    Overlaps square = overlapsOf(after, before);
    const std::size_t size = std::max(after.groups.size(), before.groups.size());
    square.resize(size);
    for (auto& row : square) row.resize(size, 0);
    const std::vector<std::size_t> chosen = bestAssignment(square);
    std::vector<std::optional<std::size_t>> result;
    for (std::size_t g = 0; g < after.groups.size(); ++g)
        result.push_back(square[g][chosen[g]] > 0 ? std::optional(chosen[g]) : std::nullopt);
    return result;
}

}  // namespace

double adjustedRandIndex(const LanguageGroups& first, const LanguageGroups& second)
{
    const Overlaps overlaps = overlapsOf(first, second);
    std::vector<std::int64_t> columns(second.groups.size(), 0);
    double together = 0, inFirst = 0, inSecond = 0;
    std::int64_t shared = 0;
    for (const auto& row : overlaps) {
        std::int64_t sum = 0;
        for (std::size_t k = 0; k < row.size(); ++k) {
            together += pairs(row[k]);
            columns[k] += row[k];
            sum += row[k];
        }
        inFirst += pairs(sum);
        shared += sum;
    }
    for (const std::int64_t sum : columns) inSecond += pairs(sum);
    if (shared < 2) return std::numeric_limits<double>::quiet_NaN();
    const double expected = inFirst * inSecond / pairs(shared), highest = (inFirst + inSecond) / 2;
    return highest == expected ? 1
                               : (together - expected) / (highest - expected);  // equal: both are one group, or all are alone
}

GroupChange compareGroups(const LanguageGroups& before, const LanguageGroups& after)
{
    GroupChange change;
    change.adjustedRand = adjustedRandIndex(before, after);
    change.counterpart = counterparts(before, after);
    for (std::size_t g = 0; g < after.groups.size(); ++g)
        for (const std::string& language : after.groups[g]) {
            const auto from = groupOf(before, language);
            if (!from)
                change.joined.push_back(language);
            else if (from != change.counterpart[g])
                change.moved.push_back({language, *from, g});
        }
    for (const auto& languages : before.groups)
        for (const std::string& language : languages)
            if (!groupOf(after, language)) change.left.push_back(language);
    return change;
}

}  // namespace moebel
