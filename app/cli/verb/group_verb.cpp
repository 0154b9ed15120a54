// moebel group: groups of similar languages, one expert each.
#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/output.h"
#include "moebel/analysis/language_groups.h"
#include "moebel/analysis/parameter_deviation.h"
#include "moebel/base/file.h"
#include "verbs.h"

namespace moebel
{
namespace
{

using Json = nlohmann::ordered_json;

struct Options {
    std::string similarity;
    std::string deviation;
    std::int64_t groups = 0;
    std::string algorithm = "exact";
    std::uint64_t seed = 1;
    std::string mapOut;
    std::string compare;
};

Json numbers(const std::vector<double>& values)
{
    Json list = Json::array();
    for (const double value : values) list.push_back(std::isfinite(value) ? Json(value) : Json());
    return list;
}

Json toJson(const GroupChange& change, const std::string& file)
{
    Json moved = Json::array(), counterparts = Json::array();
    for (const MovedLanguage& language : change.moved)
        moved.push_back({{"language", language.language}, {"from", language.from}, {"to", language.to}});
    for (const auto& group : change.counterpart) counterparts.push_back(group ? Json(*group) : Json());
    return {{"file", file},
            {"adjusted_rand", change.adjustedRand},
            {"counterparts", counterparts},
            {"moved", moved},
            {"left", change.left},
            {"joined", change.joined}};
}

std::string words(const std::vector<std::string>& languages)
{
    std::string text;
    for (const std::string& language : languages) text += (text.empty() ? "" : " ") + language;
    return text;
}

std::string toText(const LanguageGroups& groups)
{
    std::vector<std::vector<std::string>> rows = {{"group", "languages", "smallest similarity", "mean"}};
    for (std::size_t g = 0; g < groups.groups.size(); ++g)
        rows.push_back({"G" + std::to_string(g), words(groups.groups[g]), numberText(groups.smallestSimilarity[g], 3),
                        numberText(groups.meanSimilarity[g], 3)});
    return formatTable(rows, 2);
}

std::string toText(const GroupChange& change, const std::string& file)
{
    std::string text = "compared with " + file + ": adjusted Rand index " + numberText(change.adjustedRand, 3) + ", " +
                       std::to_string(change.moved.size()) + " moved\n";
    for (const MovedLanguage& language : change.moved) {
        const auto before = change.counterpart[language.to];
        text += "  " + language.language + ": was in the map's G" + std::to_string(language.from) + ", is in G" +
                std::to_string(language.to) + (before ? " (the map's G" + std::to_string(*before) + ")\n" : " (a new group)\n");
    }
    if (!change.left.empty()) text += "  only in the map: " + words(change.left) + "\n";
    if (!change.joined.empty()) text += "  not in the map: " + words(change.joined) + "\n";
    return text;
}

Result<LanguageGroups> formed(const LanguageMatrix& matrix, const Options& options)
{
    switch (*groupingAlgorithmOf(options.algorithm)) {
        case GroupingAlgorithm::Exact:
            return groupExactly(matrix, options.groups);
        case GroupingAlgorithm::Growth:
            return groupByGrowth(matrix, options.groups);
        case GroupingAlgorithm::Random:
            return groupRandomly(matrix.languages(), options.groups, Seed{options.seed});
        case GroupingAlgorithm::Family:
            return groupByFamily(matrix.languages());
        case GroupingAlgorithm::Script:
            return groupByScript(matrix.languages());
        case GroupingAlgorithm::Manual:
            break;  // no word of the option
    }
    return LanguageGroups{};
}

Result<GroupChange> compared(const LanguageGroups& groups, const std::string& file)
{
    const auto text = readFile(file);
    if (!text) return text.error();
    const auto before = parseExpertMap(*text, file);
    if (!before) return before.error();
    GroupChange change = compareGroups(*before, groups);
    if (std::isnan(change.adjustedRand))
        return invalidInput("nothing-shared",
                            file + ": fewer than two of its languages are in the matrix; expected a map of the same languages",
                            file);
    return change;
}

/// The matrix of a CSV file, or the one that a probe's file has beside its norms.
Result<LanguageMatrix> similarityOf(const Options& options)
{
    const std::string& file = options.deviation.empty() ? options.similarity : options.deviation;
    const auto text = readFile(file);
    if (!text) return text.error();
    if (options.deviation.empty()) return parseMatrixCsv(*text, file);
    auto deviation = parseDeviationJson(*text, file);
    if (!deviation) return deviation.error();
    if (deviation->similarity.size() > 0) return std::move(deviation->similarity);
    return invalidInput("no-similarity",
                        file + ": it has the norms of the languages and no \"similarity\" between them; give a matrix with --similarity",
                        file);
}

Result<int> group(const CommonOptions& common, const Options& options)
{
    const auto matrix = similarityOf(options);
    if (!matrix) return matrix.error();
    const std::string& file = options.deviation.empty() ? options.similarity : options.deviation;
    auto groups = formed(*matrix, options);
    if (!groups) return invalidInput(groups.error().code, file + ": " + groups.error().message, file);
    *groups = withSimilarities(std::move(*groups), *matrix);
    std::optional<GroupChange> change;
    if (!options.compare.empty()) {
        auto found = compared(*groups, options.compare);
        if (!found) return found.error();
        change = std::move(*found);
    }
    if (!options.mapOut.empty())
        if (Status written = writeFileAtomically(options.mapOut, toExpertMap(*groups) + "\n"); !written) return written.error();
    if (!common.json) {
        std::cout << toText(*groups) << (change ? toText(*change, options.compare) : "") << std::flush;
        return 0;
    }
    Json result = {{"groups", groups->groups},
                   {"smallest_similarity", numbers(groups->smallestSimilarity)},
                   {"mean_similarity", numbers(groups->meanSimilarity)},
                   {"algorithm", options.algorithm}};
    if (change) result["compare"] = toJson(*change, options.compare);
    printJson(result);
    return 0;
}

/// Options that the algorithm would not read are refused.
Status checkOptions(const std::string& algorithm, bool hasGroups, bool hasSeed)
{
    const bool byFacts = algorithm == "family" || algorithm == "script";
    if (!byFacts && !hasGroups)
        return invalidInput("usage", "moebel group needs --groups, the number of groups, for the algorithm " + algorithm,
                            "--groups");
    if (byFacts && hasGroups)
        return invalidInput(
            "usage",
            "moebel group: the languages decide how many groups the algorithm " + algorithm + " makes; leave out --groups",
            "--groups");
    if (hasSeed && algorithm != "random")
        return invalidInput(
            "usage", "moebel group: only the algorithm random takes a --seed, " + algorithm + " has no chance in it", "--seed");
    return Done{};
}

}  // namespace

void addGroup(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("group", "Groups of similar languages, by DMoE's balanced grouping",
                                  "moebel group --deviation deviation.json --groups 6 --map-out expert-map.json");
    CLI::Option_group* input = verb->add_option_group("input");
    input->add_option("--similarity", options->similarity,
                      "CSV: a header of language codes and one row a language; the upper part may be empty");
    input->add_option("--deviation", options->deviation, "JSON of `moebel deviation`: its similarity");
    input->require_option(1);
    CLI::Option* groups =
        verb->add_option("--groups", options->groups, "Number of groups, of one size as far as it divides the languages");
    verb->add_option("--algorithm", options->algorithm,
                     "exact (default): the best subset of the remaining languages, again and again; growth: from the closest "
                     "pair, for many "
                     "languages; random; family or script: one group each")
        ->check(CLI::IsMember({"exact", "growth", "random", "family", "script"}));
    CLI::Option* seed = verb->add_option("--seed", options->seed, "Of the algorithm random (default: 1)");
    verb->add_option("--map-out", options->mapOut, "Writes {\"ar\": 0, ...}, the expert of each language, to this file");
    verb->add_option("--compare", options->compare, "Such a map: adjusted Rand index, and which languages moved since");
    line.onCall(verb, [=](const CommonOptions& common) -> Result<int> {
        if (Status fine = checkOptions(options->algorithm, groups->count() > 0, seed->count() > 0); !fine) return fine.error();
        return group(common, *options);
    });
}

}  // namespace moebel
