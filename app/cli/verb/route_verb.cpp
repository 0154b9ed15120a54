// moebel route: what the routers do with a text, layer by layer.
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/model_source.h"
#include "app/cli/output.h"
#include "app/cli/record_parts.h"
#include "app/cli/sinks.h"
#include "engine/evaluation/heldout.h"
#include "verbs.h"

namespace moebel {
namespace {

struct Options {
    std::string model;
    std::string language;
    std::vector<std::string> files;
};

/// Experts of every layer; 1 where it is dense.
std::vector<std::int64_t> expertsOf(const Decoder& decoder)
{
    std::vector<std::int64_t> experts;
    for (const DecoderLayer& layer : decoder.layers()) experts.push_back(std::int64_t(layer.feedForward.bank.experts.size()));
    return experts;
}

Result<RoutingStats> routeFiles(const Decoder& decoder, const Tokenizer& tokenizer, const std::vector<std::string>& files)
{
    RoutingStats stats(expertsOf(decoder), 1);
    const std::int64_t window = usualWindow(decoder.shape());
    ConsoleSink console;
    for (const std::string& file : files) {
        const auto text = readText(file);
        if (!text) return text.error();
        if (text->empty()) return invalidInput("empty-file", file + ": the file is empty, so there is nothing to route", file);
        const std::vector<std::int32_t> ids = tokenizer.encode(*text);
        if (const Status fits = checkIds(ids, decoder, tokenizer); !fits) return fits.error();
        const auto progress = [&](double fraction) { console.receive(Progress{"routing " + file, fraction}); };
        scoreTokens(decoder, ids, std::int64_t(text->size()), tokenizer.endOfDocument(), window,
                    std::max<std::int64_t>(1, window / 2), LanguageId{}, &stats, progress);
    }
    return stats;
}

void printTable(const nlohmann::ordered_json& layers)
{
    std::vector<std::vector<std::string>> rows = {{"layer", "expert", "mean score", "selected", "on top", "weight"}};
    for (const auto& layer : layers) {
        for (const auto& expert : layer["experts"]) {
            rows.push_back({layer["layer"].dump(), expert["expert"].dump(), numberText(expert["mean_score"], 3),
                            numberText(expert["selection_share"], 3), numberText(expert["top1_share"], 3),
                            numberText(expert["gate_share"], 3)});
        }
    }
    std::cout << formatTable(rows, 0) << std::flush;
}

Result<int> route(const CommonOptions& common, const Options& options)
{
    useThreads(common.threads);
    const auto folder = findModelFolder(options.model);
    if (!folder) return folder.error();
    const auto tokenizer = findTokenizer(*folder);
    if (!tokenizer) return tokenizer.error();
    const auto decoder = openModel(folder->string());
    if (!decoder) return decoder.error();
    const std::vector<std::int64_t> experts = expertsOf(**decoder);
    if (*std::max_element(experts.begin(), experts.end()) < 2) {
        return invalidInput("dense-model", options.model + ": this model is dense and has no router; give an expanded one",
                            options.model);
    }
    const auto stats = routeFiles(**decoder, **tokenizer, options.files);
    if (!stats) return stats.error();
    const nlohmann::ordered_json layers = routingLayersJson(*stats, LanguageId{});
    if (common.json) {
        printJson({{"language", options.language}, {"tokens", std::int64_t(stats->tokens(LanguageId{}))}, {"layers", layers}});
    } else {
        printTable(layers);
    }
    return 0;
}

}  // namespace

void addRoute(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("route", "Routing statistics of text files, layer by layer and expert by expert",
                                  "moebel route --model runs/20260101-120000-first --language el greek.txt", VerbKind::Computing);
    verb->add_option("--model", options->model, "Run, checkpoint or model folder")->required();
    verb->add_option("--language", options->language, "Language of the text, for the output")->required();
    verb->add_option("FILE", options->files, "UTF-8 text files")->required();
    line.onCall(verb, [options](const CommonOptions& common) { return route(common, *options); });
}

}  // namespace moebel
