// moebel allocate: experts per layer from the similarity of languages.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/output.h"
#include "moebel/analysis/expert_allocation.h"
#include "moebel/base/file.h"
#include "verbs.h"

namespace moebel
{
namespace
{

using Json = nlohmann::ordered_json;

struct Options {
    std::string similarity;
    std::string rule = "by-similarity";
    std::string list;
    std::string experts;
    std::string present;
    std::int64_t layers = 0;
    double delta = 0;
    std::int64_t total = 0;
    double floor = 0;
};

/// Rules of an experiment that need no group of languages; --list is "manual".
constexpr AllocationRule kRules[] = {AllocationRule::BySimilarity, AllocationRule::LargestRemainder,
                                     AllocationRule::ReverseSimilarity, AllocationRule::Schedule, AllocationRule::Uniform};

/// The content of a file, or of stdin for "-".
Result<std::string> contentOf(const std::string& file, const char* option)
{
    if (file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
    auto text = readFile(file);
    return text ? text : invalidInput("no-file", std::string(option) + ": " + text.error().message, option);
}

/// A list of experts as it stands, in a file, or on stdin.
Result<std::vector<std::int64_t>> listOf(const std::string& text, const char* option)
{
    std::error_code none;
    const bool isFile = text == "-" || std::filesystem::exists(text, none);
    const auto content = isFile ? contentOf(text, option) : Result<std::string>(text);
    if (!content) return content.error();
    auto list = parseExpertList(*content);
    return list ? list : invalidInput(list.error().code, std::string(option) + ": " + list.error().message, option);
}

Json toJson(const AllocationChoice& choice)
{
    Json result = {{"experts", choice.experts}, {"total", choice.total()}, {"new", choice.added()}};
    if (choice.delta > 0) result["delta"] = choice.delta;
    result.update({{"exact", true}, {"rule", name(choice.rule)}, {"reason", choice.reason}});
    return result;
}

std::string toText(const Json& allocation)
{
    std::string list;
    for (const auto& count : allocation["experts"]) list += (list.empty() ? "" : ",") + count.dump();
    list += "\n" + allocation["total"].dump() + " experts, " + allocation["new"].dump() + " of them new";
    return list + (allocation.contains("delta") ? ", delta " + allocation["delta"].dump() : "") + "\n";
}

/// The option that stands for a key of the description.
std::string optionOf(const std::string& key)
{
    const std::string last = key.substr(key.rfind('.') + 1);
    return last == "similarity_floor" ? "--floor" : "--" + last;
}

/// One layer's similarity a layer: of the file, or unknown ones for rules that need none.
Result<std::vector<LayerSimilarity>> layersOf(const Options& options, const ExpansionSpec& expansion)
{
    if (options.similarity.empty()) {
        const std::size_t layers =
            expansion.rule == AllocationRule::Manual ? expansion.experts.size() : std::size_t(options.layers);
        const bool bySimilarity = isBySimilarity(expansion.rule);
        if (layers > 0 && !bySimilarity) return std::vector<LayerSimilarity>(layers);
        return invalidInput("usage",
                            "--rule " + options.rule + " needs " +
                                (bySimilarity ? "the similarities of the layers (--similarity)" : "--layers or --similarity"),
                            bySimilarity ? "--similarity" : "--layers");
    }
    const auto text = contentOf(options.similarity, "--similarity");
    if (!text) return text.error();
    return parseSimilarityCsv(*text, options.similarity == "-" ? "stdin" : options.similarity);
}

Result<ExpansionSpec> expansionOf(const Options& options)
{
    ExpansionSpec expansion;
    const auto rule =
        std::find_if(std::begin(kRules), std::end(kRules), [&](AllocationRule known) { return name(known) == options.rule; });
    expansion.rule = options.list.empty() ? *rule : AllocationRule::Manual;
    expansion.total = options.total;
    expansion.delta = options.delta;
    expansion.similarityFloor = options.floor;
    if (options.delta > 0 && expansion.rule != AllocationRule::BySimilarity)
        return invalidInput("usage", "--delta belongs to the rule by-similarity; give --total", "--delta");
    const std::string& list = options.list.empty() ? options.experts : options.list;
    if (list.empty()) {
        if (expansion.rule == AllocationRule::Schedule)
            return invalidInput("usage", "--rule schedule needs --experts, such as 2,4,6,8 from bottom to top", "--experts");
        if (expansion.total == 0 && expansion.delta == 0)
            return invalidInput("usage",
                                expansion.rule == AllocationRule::BySimilarity
                                    ? "moebel allocate needs either --delta or --total"
                                    : "--rule " + options.rule + " needs --total",
                                "--total");
        return expansion;
    }
    auto experts = listOf(list, options.list.empty() ? "--experts" : "--list");
    if (!experts) return experts.error();
    expansion.experts = std::move(*experts);
    if (expansion.rule != AllocationRule::Manual && expansion.rule != AllocationRule::Schedule)
        return invalidInput("usage", "--experts belongs to --rule schedule; --rule " + options.rule + " takes --total",
                            "--experts");
    return expansion;
}

/// A total that the ceiling rule jumps over. Precondition: chooseExperts() has found it.
Json neighboursOf(const ExpansionSpec& expansion, const std::vector<LayerSimilarity>& layers,
                  const std::vector<std::int64_t>& present)
{
    const CeilingSearch search = *expertsForTotal(*similarityWeights(layers, expansion.similarityFloor), expansion.total);
    const auto neighbour = [&](const std::optional<CeilingAllocation>& found) {
        if (!found) return Json();
        ExpansionSpec byDelta = expansion;
        byDelta.total = 0;
        byDelta.delta = found->delta;
        return toJson(*chooseExperts(byDelta, layers, present));
    };
    return {{"exact", false}, {"below", neighbour(search.below)}, {"above", neighbour(search.above)}};
}

void print(const Json& result, std::int64_t total)
{
    if (result.value("exact", true)) {
        std::cout << toText(result) << std::flush;
        return;
    }
    std::cout << "no delta gives " << total << " experts; the neighbours are\n";
    for (const char* side : {"below", "above"})
        if (!result[side].is_null()) std::cout << toText(result[side]);
    std::cout << std::flush;
}

Result<int> allocate(const CommonOptions& common, const Options& options)
{
    const auto expansion = expansionOf(options);
    if (!expansion) return expansion.error();
    const auto layers = layersOf(options, *expansion);
    if (!layers) return layers.error();
    std::vector<std::int64_t> present;
    if (!options.present.empty()) {
        auto list = listOf(options.present, "--present");
        if (!list) return list.error();
        if (list->size() != layers->size())
            return invalidInput(
                "bad-expert-list",
                "--present has " + std::to_string(list->size()) + " layers, expected " + std::to_string(layers->size()),
                "--present");
        present = std::move(*list);
    }
    const auto choice = chooseExperts(*expansion, *layers, present);
    if (!choice)
        return invalidInput(choice.error().code, optionOf(choice.error().where) + ": " + choice.error().message,
                            optionOf(choice.error().where));
    if (isBySimilarity(expansion->rule) && !flooredLayers(*layers, options.floor).empty())
        std::cerr << "note: experts " << choice->reason << std::endl;
    const Json result = choice->exact ? toJson(*choice) : neighboursOf(*expansion, *layers, present);
    if (common.json)
        printJson(result);
    else
        print(result, options.total);
    return 0;
}

}  // namespace

void addAllocate(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    std::vector<std::string> rules;
    for (const AllocationRule rule : kRules) rules.emplace_back(name(rule));
    CLI::App* verb =
        line.addVerb("allocate", "Experts per layer from the similarity of languages, by LayerMoE's rule or another",
                     "moebel allocate --similarity similarity.csv --total 84 --json");
    verb->add_option("--similarity", options->similarity, "CSV as `moebel similarity` prints it; '-': stdin");
    CLI::Option* rule = verb->add_option("--rule", options->rule,
                                         "As in [expansion]; default: by-similarity, N = ceil(share of 1/similarity * delta)")
                            ->check(CLI::IsMember(rules));
    CLI::Option* delta = verb->add_option("--delta", options->delta, "Of the rule by-similarity")->check(CLI::Range(1e-6, 1e6));
    CLI::Option* total = verb->add_option("--total", options->total, "Experts of all layers, the original ones counted")
                             ->check(CLI::Range(std::int64_t(1), std::int64_t(1'000'000)));
    verb->add_option("--layers", options->layers, "Of the model, for rules that need no similarities")
        ->check(CLI::Range(1, 1024));
    verb->add_option("--experts", options->experts, "Counts of the rule schedule, from bottom to top: 2,4,6,8");
    CLI::Option* list = verb->add_option(
        "--list", options->list, "A list of experts by layer, instead of a rule: 5,4,3, JSON, CSV, a file with one, or '-'");
    verb->add_option("--present", options->present,
                     "Experts by layer before this round, as a list: they are counted in, and only the others are new");
    verb->add_option("--floor", options->floor, "Raises similarities below it (default: one that is not above zero is refused)")
        ->check(CLI::Range(0.0, 1.0));
    delta->excludes(total);
    list->excludes(rule)->excludes(delta)->excludes(total);
    line.onCall(verb, [options](const CommonOptions& common) { return allocate(common, *options); });
}

}  // namespace moebel
