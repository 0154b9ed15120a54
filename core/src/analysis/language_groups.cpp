#include "moebel/analysis/language_groups.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "moebel/experiment/language.h"
#include "same_numbers.h"

namespace moebel
{
namespace
{

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

constexpr GroupingAlgorithm kAlgorithms[] = {GroupingAlgorithm::Exact,  GroupingAlgorithm::Growth, GroupingAlgorithm::Random,
                                             GroupingAlgorithm::Family, GroupingAlgorithm::Script, GroupingAlgorithm::Manual};

constexpr GroupingSource kSources[] = {GroupingSource::Deviation, GroupingSource::HiddenStates, GroupingSource::Gradients,
                                       GroupingSource::TokenizerOverlap};

std::size_t placeOf(const LanguageMatrix& matrix, const std::string& language)
{
    const auto& codes = matrix.languages();
    return std::size_t(std::find(codes.begin(), codes.end(), language) - codes.begin());
}

/// Facts of a code or, where it is not known, of the language that it is a variety of: "de-AT" is German, and "zh" is what all
/// its known varieties agree on.
LanguageFacts nearestFacts(const std::string& code)
{
    LanguageFacts facts = languageFacts(code);
    for (std::string shorter = code; facts.family.empty() && shorter.find('-') != std::string::npos;) {
        shorter.erase(shorter.rfind('-'));
        facts = languageFacts(shorter);
    }
    if (!facts.family.empty()) return facts;
    for (const LanguageFacts& known : knownLanguages()) {
        if (!known.code.starts_with(code + "-")) continue;
        if (facts.family.empty()) facts = known;
        if (facts.family != known.family) facts.family.clear();
        if (facts.script != known.script) facts.script.clear();
    }
    return facts;
}

/// Languages with the same word together; those without one alone.
LanguageGroups groupByWord(const std::vector<std::string>& languages, std::string LanguageFacts::*word)
{
    LanguageGroups result;
    std::vector<std::string> words;
    for (const std::string& language : languages) {
        const std::string found = nearestFacts(language).*word;
        const auto place = found.empty() ? words.end() : std::find(words.begin(), words.end(), found);
        if (place != words.end()) {
            result.groups[std::size_t(place - words.begin())].push_back(language);
        } else {
            words.push_back(found);
            result.groups.push_back({language});
        }
    }
    return withSimilarities(std::move(result), {});
}

}  // namespace

std::optional<GroupingAlgorithm> groupingAlgorithmOf(std::string_view word)
{
    for (const GroupingAlgorithm algorithm : kAlgorithms)
        if (name(algorithm) == word) return algorithm;
    return std::nullopt;
}

std::optional<GroupingSource> groupingSourceOf(std::string_view word)
{
    for (const GroupingSource source : kSources)
        if (name(source) == word) return source;
    return std::nullopt;
}

bool LanguageGroups::operator==(const LanguageGroups& other) const
{
    return groups == other.groups && sameNumbers(smallestSimilarity, other.smallestSimilarity) &&
           sameNumbers(meanSimilarity, other.meanSimilarity);
}

std::optional<std::size_t> groupOf(const LanguageGroups& groups, std::string_view language)
{
    for (std::size_t g = 0; g < groups.groups.size(); ++g)
        if (std::find(groups.groups[g].begin(), groups.groups[g].end(), language) != groups.groups[g].end()) return g;
    return std::nullopt;
}

LanguageGroups withSimilarities(LanguageGroups groups, const LanguageMatrix& matrix)
{
    groups.smallestSimilarity.clear();
    groups.meanSimilarity.clear();
    for (const auto& languages : groups.groups) {
        double smallest = kUnknown, sum = 0;
        std::size_t pairs = 0;
        for (std::size_t i = 0; i < languages.size(); ++i)
            for (std::size_t k = 0; k < i; ++k, ++pairs) {
                const std::size_t a = placeOf(matrix, languages[i]), b = placeOf(matrix, languages[k]);
                const double similarity = a < matrix.size() && b < matrix.size() ? matrix.at(a, b) : kUnknown;
                smallest = pairs == 0 || !(similarity > smallest) ? similarity : smallest;
                sum += similarity;
            }
        const double mean = pairs > 0 ? sum / double(pairs) : kUnknown;
        groups.smallestSimilarity.push_back(std::isnan(mean) ? kUnknown : smallest);
        groups.meanSimilarity.push_back(mean);
    }
    return groups;
}

LanguageGroups groupByFamily(const std::vector<std::string>& languages)
{
    return groupByWord(languages, &LanguageFacts::family);
}

LanguageGroups groupByScript(const std::vector<std::string>& languages)
{
    return groupByWord(languages, &LanguageFacts::script);
}

}  // namespace moebel
