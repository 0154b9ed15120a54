// Groups of similar languages, one expert each (DMoE, methods.md 3.5), and how two ways to group agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "moebel/analysis/language_matrix.h"
#include "moebel/base/ids.h"
#include "moebel/base/result.h"
#include "moebel/experiment/experiment.h"

namespace moebel
{

/// Of the words of files and options: "exact", "growth", ...; "deviation", "gradients", ...
std::optional<GroupingAlgorithm> groupingAlgorithmOf(std::string_view word);
std::optional<GroupingSource> groupingSourceOf(std::string_view word);

/// In order of extraction: group 0 is the tightest, the last ones are left over. Languages stand in the order of the matrix.
struct LanguageGroups {
    std::vector<std::vector<std::string>> groups;
    std::vector<double> smallestSimilarity;  ///< of two languages of the group; NaN: a single language, or a pair is unknown
    std::vector<double> meanSimilarity;      ///< over its pairs; NaN as above

    /// Two unknown similarities are equal.
    bool operator==(const LanguageGroups& other) const;
};

/// "es pt ca | ru uk sr": for people.
std::string wordsOf(const LanguageGroups& groups);
/// The group of a language.
std::optional<std::size_t> groupOf(const LanguageGroups& groups, std::string_view language);
/// The same groups with the similarities that the matrix gives them.
LanguageGroups withSimilarities(LanguageGroups groups, const LanguageMatrix& matrix);

/// Groups of one size (where the count does not divide the languages: of two sizes, the larger ones first), each the subset of
/// the remaining languages whose smallest similarity is highest, the first in lexicographic order on ties. Errors: a count
/// below 1 or above the number of languages; an unknown pair; more subsets than can be searched in seconds.
Result<LanguageGroups> groupExactly(const LanguageMatrix& matrix, std::int64_t count);
/// The same; given up when asked to. Error: then of the kind Stopped.
Result<LanguageGroups> groupExactly(const LanguageMatrix& matrix, std::int64_t count, const std::stop_token& stop);
/// The same sizes; each group begins with the closest remaining pair and takes the language whose smallest similarity to it is
/// highest until it is full. For many languages. Errors: as above but the last.
Result<LanguageGroups> groupByGrowth(const LanguageMatrix& matrix, std::int64_t count);
/// The same sizes, members by chance; similarities unknown. Error: a count below 1 or above the number of languages.
Result<LanguageGroups> groupRandomly(const std::vector<std::string>& languages, std::int64_t count, Seed seed);
/// One group a language family, its branch included ("Indo-European/Slavic"), in the order of their first languages. A language
/// whose family is not known is alone. Similarities unknown.
LanguageGroups groupByFamily(const std::vector<std::string>& languages);
/// The same by script.
LanguageGroups groupByScript(const std::vector<std::string>& languages);

/// {"ar": 0, ...}: the expert (group) of each language, as the DMoE repository exchanges it.
std::string toExpertMap(const LanguageGroups& groups);
/// Reads it; groups are numbered from 0 without a gap, similarities are unknown. Error: names file, language, and what was
/// expected.
Result<LanguageGroups> parseExpertMap(const std::string& text, const std::string& file);

/// The description with the groups of the file that groups.map names, as members in its place; others as they are. Relative paths
/// start at `folder`. Errors: a file that cannot be read or is no expert map.
Result<Experiment> withGroupMap(Experiment experiment, const std::filesystem::path& folder);

/// Adjusted Rand index (Hubert and Arabie 1985) over the languages that both have: 1 is the same groups, 0 what chance gives.
/// NaN where fewer than two languages are shared.
double adjustedRandIndex(const LanguageGroups& first, const LanguageGroups& second);

/// A language that is in another group.
struct MovedLanguage {
    std::string language;
    std::size_t from = 0;  ///< group before
    std::size_t to = 0;    ///< group after

    bool operator==(const MovedLanguage&) const = default;
};

/// What became of groups.
struct GroupChange {
    double adjustedRand = std::numeric_limits<double>::quiet_NaN();
    /// Of each group after, the one before, paired so that the fewest languages move; none where they share no language.
    std::vector<std::optional<std::size_t>> counterpart;
    std::vector<MovedLanguage> moved;  ///< from a group to one that is not its counterpart
    std::vector<std::string> left;     ///< in the groups before only
    std::vector<std::string> joined;   ///< in the groups after only

    bool operator==(const GroupChange&) const = default;
};

GroupChange compareGroups(const LanguageGroups& before, const LanguageGroups& after);

/// Whether two matrices tell the same of the languages.
struct MantelTest {
    /// Correlation of the similarities over all pairs; NaN where those of a matrix are all the same.
    double r = std::numeric_limits<double>::quiet_NaN();
    /// One-sided: how often languages dealt anew correlate as much.
    double p = std::numeric_limits<double>::quiet_NaN();
    std::int64_t languages = 0;  ///< that both have

    bool operator==(const MantelTest&) const = default;
};

/// Mantel's permutation test over the languages that both have; the same answer for the same seed. Errors: fewer than three
/// languages are shared; an unknown pair among them.
Result<MantelTest> mantel(const LanguageMatrix& first, const LanguageMatrix& second, std::int64_t permutations = 9'999,
                          Seed seed = {});

}  // namespace moebel
