// moebel select-layers: the layers that become MoE, from the deviation of each language.
#include <charconv>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/output.h"
#include "moebel/analysis/parameter_deviation.h"
#include "moebel/base/file.h"
#include "verbs.h"

namespace moebel
{
namespace
{

using Json = nlohmann::ordered_json;

struct Options {
    std::string deviation;
    double epsilon = 0.6;
    std::string mask;
};

/// A number up to 64 layers; then its digits, which no JSON reader would keep otherwise.
Json maskJson(const std::string& mask)
{
    std::uint64_t number = 0;
    const auto read = std::from_chars(mask.data(), mask.data() + mask.size(), number);
    return read.ec == std::errc() ? Json(number) : Json(mask);
}

std::string listed(const std::vector<std::int64_t>& layers)
{
    std::string text;
    for (const std::int64_t layer : layers) text += (text.empty() ? "" : ",") + std::to_string(layer);
    return text.empty() ? "none" : text;
}

void printTable(const LayerChoice& choice)
{
    std::vector<std::vector<std::string>> rows = {{"layer", "mean deviation", "normalised", ""}};
    auto next = choice.layers.begin();
    for (std::size_t i = 0; i < choice.mean.size(); ++i) {
        const bool chosen = next != choice.layers.end() && *next == std::int64_t(i);
        if (chosen) ++next;
        rows.push_back(
            {std::to_string(i), numberText(choice.mean[i], 6), numberText(choice.normalised[i], 3), chosen ? "  MoE" : ""});
    }
    std::cout << formatTable(rows, 1) << "layers " << listed(choice.layers) << ": " << choice.layers.size() << " of "
              << choice.mean.size() << ", mask " << choice.mask << std::endl;
}

Result<int> fromDeviation(const CommonOptions& common, const Options& options)
{
    if (!(options.epsilon >= 0 && options.epsilon <= 1))
        return invalidInput("bad-epsilon",
                            "--epsilon is no threshold of normalised deviations; expected a number from 0 (all layers) to 1 "
                            "(the highest alone)",
                            "--epsilon");
    const auto text = readFile(options.deviation);
    if (!text) return text.error();
    const auto deviation = parseDeviationJson(*text, options.deviation);
    if (!deviation) return deviation.error();
    const LayerChoice choice = chooseLayers(*deviation, options.epsilon);
    if (choice.allEqual)
        std::cerr << "note: every layer deviates as much as the others, so none stands out and all normalised deviations are 0"
                  << std::endl;
    if (common.json)
        printJson({{"layers", choice.layers},
                   {"mask", maskJson(choice.mask)},
                   {"normalised", choice.normalised},
                   {"mean", choice.mean},
                   {"epsilon", options.epsilon},
                   {"languages", deviation->languages}});
    else
        printTable(choice);
    return 0;
}

Result<int> fromMask(const CommonOptions& common, const std::string& mask)
{
    const auto layers = layersOfMask(mask);
    if (!layers) return invalidInput(layers.error().code, "--mask: " + layers.error().message, "--mask");
    if (common.json)
        printJson({{"layers", *layers}, {"mask", maskJson(maskOfLayers(*layers))}});
    else
        std::cout << "layers " << listed(*layers) << std::endl;
    return 0;
}

}  // namespace

void addSelectLayers(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb =
        line.addVerb("select-layers", "The layers that become MoE, from the deviation of each language, by DMoE's rule",
                     "moebel select-layers --deviation deviation.json --epsilon 0.6 --json");
    CLI::Option* deviation = verb->add_option("--deviation", options->deviation, "JSON as `moebel deviation --json` prints it");
    CLI::Option* epsilon =
        verb->add_option("--epsilon", options->epsilon,
                         "Layers whose mean deviation, min-max over the layers, is at or above it (default: 0.6)");
    CLI::Option* mask =
        verb->add_option("--mask", options->mask, "Instead of both: the layers of a published bit mask, such as 15728671");
    line.onCall(verb, [=](const CommonOptions& common) -> Result<int> {
        if (deviation->count() + mask->count() != 1 || (mask->count() > 0 && epsilon->count() > 0))
            return invalidInput("usage", "moebel select-layers needs either --deviation, with --epsilon, or --mask alone",
                                "--deviation");
        return mask->count() > 0 ? fromMask(common, options->mask) : fromDeviation(common, *options);
    });
}

}  // namespace moebel
