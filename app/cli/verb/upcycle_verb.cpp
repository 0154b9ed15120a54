// moebel upcycle: a dense model becomes a mixture of experts.
#include <algorithm>
#include <charconv>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/model_source.h"
#include "app/cli/output.h"
#include "engine/expansion/upcycle.h"
#include "verbs.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;

struct Options {
    std::string model;
    std::string experts;
    std::string layers;
    std::string out;
    std::int64_t topK = 2;
    std::uint64_t seed = 1;
};

/// "5,5,4" -> numbers from 0 to `largest`.
Result<std::vector<std::int64_t>> readNumbers(const std::string& option, const std::string& text, std::int64_t largest)
{
    std::vector<std::int64_t> result;
    const char* position = text.data();
    const char* const end = position + text.size();
    while (position != end || result.empty()) {
        std::int64_t number = -1;
        const auto [next, error] = std::from_chars(position, end, number);
        const bool separated = next == end || (*next == ',' && next + 1 != end);
        if (error != std::errc() || !separated || number < 0 || number > largest) {
            return invalidInput(
                "usage",
                option + " " + text + ": expected numbers from 0 to " + std::to_string(largest) + " with commas between",
                option);
        }
        result.push_back(number);
        position = next == end ? end : next + 1;
    }
    return result;
}

/// Layers that are not in the list stay dense.
Status keepOnly(std::vector<std::int64_t>& experts, const std::string& list)
{
    const auto layers = readNumbers("--layers", list, std::int64_t(experts.size()) - 1);
    if (!layers) return layers.error();
    for (std::size_t layer = 0; layer < experts.size(); ++layer) {
        if (std::find(layers->begin(), layers->end(), std::int64_t(layer)) == layers->end()) experts[layer] = 1;
    }
    return Done{};
}

Result<ExpertAllocation> readAllocation(const Options& options, std::int64_t layers)
{
    auto numbers = readNumbers("--experts", options.experts, 4096);
    if (!numbers) return numbers.error();
    if (numbers->size() == 1) numbers->assign(std::size_t(layers), numbers->front());
    if (std::int64_t(numbers->size()) != layers) {
        return invalidInput("usage",
                            "--experts " + options.experts + ": " + std::to_string(numbers->size()) +
                                " numbers were given for " + std::to_string(layers) +
                                " layers; give one number for all or one a layer",
                            "--experts");
    }
    if (!options.layers.empty()) {
        if (const Status kept = keepOnly(*numbers, options.layers); !kept) return kept.error();
    }
    for (std::size_t layer = 0; layer < numbers->size(); ++layer) {
        const std::int64_t count = (*numbers)[layer];
        if (count >= 1 && (count == 1 || count >= options.topK)) continue;
        return invalidInput("top-k-too-large",
                            "layer " + std::to_string(layer) + " has " + std::to_string(count) + " experts, --top-k wants " +
                                std::to_string(options.topK) + " of them; give it at least as many, or 1 to leave it dense",
                            "--experts");
    }
    ExpertAllocation allocation;
    allocation.experts = std::move(*numbers);
    allocation.topK = options.topK;
    return allocation;
}

Result<int> upcycleModel(const CommonOptions& common, const Options& options)
{
    useThreads(common.threads);
    std::error_code error;
    if (fs::exists(options.out, error)) {
        return invalidInput("exists", options.out + ": this exists already; choose a new folder or remove it", options.out);
    }
    const auto folder = findModelFolder(options.model);
    if (!folder) return folder.error();
    const auto dense = openModel(folder->string());
    if (!dense) return dense.error();
    const std::vector<std::int64_t>& present = (*dense)->allocation().experts;
    if (std::any_of(present.begin(), present.end(), [](std::int64_t count) { return count > 1; })) {
        return invalidInput("not-dense", options.model + ": this model has experts already; give a dense one", options.model);
    }
    const auto allocation = readAllocation(options, (*dense)->shape().layers);
    if (!allocation) return allocation.error();
    const Seed seed{options.seed};
    const auto expanded = upcycle(**dense, planUpcycle((*dense)->shape(), *allocation, ExpertOrigin::Copy, seed));
    const double difference = logitDifference(**dense, *expanded, seed);
    const auto tokenizer = findTokenizer(*folder);
    if (const Status written = writeModelFolder(*expanded, tokenizer ? tokenizer->get() : nullptr, options.out); !written)
        return written.error();
    if (common.json) {
        printJson({{"out", options.out},
                   {"experts", allocation->experts},
                   {"top_k", allocation->topK},
                   {"largest_logit_difference", difference}});
    } else {
        std::cout << options.out << "\nlargest difference of logits against the dense model: " << difference << std::endl;
    }
    return 0;
}

}  // namespace

void addUpcycle(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb =
        line.addVerb("upcycle", "Dense model to mixture of experts; prints the largest difference of logits",
                     "moebel upcycle --model base --experts 3 --top-k 2 --seed 1 --out expanded", VerbKind::Computing);
    verb->add_option("--model", options->model, "Dense model: checkpoint or model folder")->required();
    verb->add_option("--experts", options->experts, "Experts a layer, the original one counted: one number, or 5,5,4,...")
        ->required();
    verb->add_option("--top-k", options->topK, "Experts a token passes through")->required()->check(CLI::Range(1, 4096));
    verb->add_option("--layers", options->layers, "Layers that become MoE, 0,1,...; the others stay dense (default: all)");
    verb->add_option("--seed", options->seed, "Seed of the routers")->required();
    verb->add_option("--out", options->out, "Folder to make")->required();
    line.onCall(verb, [options](const CommonOptions& common) { return upcycleModel(common, *options); });
}

}  // namespace moebel
