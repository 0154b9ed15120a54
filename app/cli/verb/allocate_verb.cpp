// moebel allocate: experts per layer from the similarity of languages.
#include <iostream>
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
    double delta = 0;
    std::int64_t total = 0;
    double floor = 0;
};

Json toJson(const CeilingAllocation& allocation)
{
    return {{"experts", allocation.experts},
            {"total", allocation.total()},
            {"new", allocation.total() - std::int64_t(allocation.experts.size())},
            {"delta", allocation.delta}};
}

Json toJson(const CeilingSearch& search)
{
    if (search.exact) {
        Json result = toJson(*search.exact);
        result["exact"] = true;
        return result;
    }
    const auto neighbour = [](const std::optional<CeilingAllocation>& found) { return found ? toJson(*found) : Json(); };
    return {{"exact", false}, {"below", neighbour(search.below)}, {"above", neighbour(search.above)}};
}

std::string toText(const Json& allocation)
{
    std::string list;
    for (const auto& count : allocation["experts"]) list += (list.empty() ? "" : ",") + count.dump();
    return list + "\n" + allocation["total"].dump() + " experts, " + allocation["new"].dump() + " of them new, delta " +
           allocation["delta"].dump() + "\n";
}

Result<int> allocate(const CommonOptions& common, const Options& options, bool byDelta)
{
    const auto text = readFile(options.similarity);
    if (!text) return invalidInput("no-file", text.error().message, options.similarity);
    const auto layers = parseSimilarityCsv(*text, options.similarity);
    if (!layers) return layers.error();
    const auto weights = similarityWeights(*layers, options.floor);
    if (!weights) return invalidInput(weights.error().code, options.similarity + ": " + weights.error().message, options.similarity);
    Json result;
    if (byDelta) {
        result = toJson(expertsByCeiling(*weights, options.delta));
    } else {
        const auto search = expertsForTotal(*weights, options.total);
        if (!search) return invalidInput(search.error().code, "--total: " + search.error().message, "--total");
        result = toJson(*search);
    }
    if (common.json) {
        printJson(result);
    } else if (result.value("exact", true)) {
        std::cout << toText(result) << std::flush;
    } else {
        std::cout << "no delta gives " << options.total << " experts; the neighbours are\n";
        for (const char* side : {"below", "above"})
            if (!result[side].is_null()) std::cout << toText(result[side]);
        std::cout << std::flush;
    }
    return 0;
}

}  // namespace

void addAllocate(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("allocate", "Experts per layer from the similarity of languages, by LayerMoE's rule",
                                  "moebel allocate --similarity similarity.csv --total 84 --json");
    verb->add_option("--similarity", options->similarity, "CSV as `moebel similarity` prints it")->required();
    CLI::Option* delta = verb->add_option("--delta", options->delta, "N = ceil(share of 1/similarity * D) in each layer")
                             ->check(CLI::Range(1e-6, 1e6));
    CLI::Option* total = verb->add_option("--total", options->total, "Experts of all layers, the original ones counted: finds the delta")
                             ->check(CLI::Range(std::int64_t(1), std::int64_t(1'000'000)));
    verb->add_option("--floor", options->floor, "Raises similarities below it (default: one that is not above zero is refused)")
        ->check(CLI::Range(0.0, 1.0));
    delta->excludes(total);
    line.onCall(verb, [options, delta, total](const CommonOptions& common) -> Result<int> {
        if (delta->count() + total->count() != 1)
            return invalidInput("usage", "moebel allocate needs either --delta or --total", "--total");
        return allocate(common, *options, delta->count() > 0);
    });
}

}  // namespace moebel
