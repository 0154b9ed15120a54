// moebel experts: a text through each expert alone, and which one knows it best.
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/model_source.h"
#include "app/cli/output.h"
#include "app/cli/sinks.h"
#include "engine/evaluation/heldout.h"
#include "verbs.h"

namespace moebel
{
namespace
{

struct Options {
    std::string model;
    std::string text;
    std::int64_t window = 0;
};

std::string words(const std::vector<std::string>& languages)
{
    std::string text;
    for (const std::string& language : languages) text += (text.empty() ? "" : " ") + language;
    return text;
}

nlohmann::ordered_json toJson(const TextLikelihood& likelihood)
{
    return {{"nll", likelihood.nll},
            {"tokens", likelihood.tokens},
            {"bits_per_byte", likelihood.bitsPerByte},
            {"token_perplexity", likelihood.tokenPerplexity}};
}

void print(const std::vector<TextLikelihood>& experts, const TextLikelihood& routed, const ExpertAllocation& allocation,
           bool json)
{
    const auto better = [](const TextLikelihood& a, const TextLikelihood& b) { return a.nll < b.nll; };
    const auto nearest = std::size_t(std::min_element(experts.begin(), experts.end(), better) - experts.begin());
    nlohmann::ordered_json result = {
        {"experts", nlohmann::ordered_json::array()}, {"nearest", nearest}, {"routed", toJson(routed)}};
    std::vector<std::vector<std::string>> rows = {
        {"expert", "languages", "token perplexity", "bits/byte", "above the nearest"}};
    for (std::size_t e = 0; e < experts.size(); ++e) {
        const auto languages = e < allocation.groups.size() ? allocation.groups[e] : std::vector<std::string>();
        nlohmann::ordered_json expert = {{"expert", e}, {"languages", languages}};
        expert.update(toJson(experts[e]));
        result["experts"].push_back(expert);
        rows.push_back({std::to_string(e) + (e == nearest ? " (nearest)" : ""), words(languages),
                        numberText(experts[e].tokenPerplexity, 3), numberText(experts[e].bitsPerByte, 4),
                        numberText(experts[e].bitsPerByte - experts[nearest].bitsPerByte, 4)});
    }
    rows.push_back({"by the routers", "", numberText(routed.tokenPerplexity, 3), numberText(routed.bitsPerByte, 4), ""});
    if (json)
        printJson(result);
    else
        std::cout << formatTable(rows, 2) << std::flush;
}

Result<int> experts(const CommonOptions& common, const Options& options)
{
    useThreads(common.threads);
    const auto folder = findModelFolder(options.model);
    if (!folder) return folder.error();
    const auto tokenizer = findTokenizer(*folder);
    if (!tokenizer) return tokenizer.error();
    const auto text = readText(options.text);
    if (!text) return text.error();
    if (text->empty())
        return invalidInput("empty-file", options.text + ": the file is empty, so there is nothing to score", options.text);
    const auto decoder = openModel(folder->string());
    if (!decoder) return decoder.error();
    const auto window = chooseWindow(options.window, (*decoder)->shape());
    if (!window) return window.error();
    const std::int64_t stride = std::max<std::int64_t>(1, *window / 2), eos = (*tokenizer)->endOfDocument();
    const std::vector<std::int32_t> ids = (*tokenizer)->encode(*text);
    const auto bytes = std::int64_t(text->size());
    const auto found = [&] {
        ConsoleSink console;
        const auto progress = [&](double fraction) { console.receive(Progress{"scoring " + options.text, fraction}); };
        return expertPerplexities(**decoder, ids, bytes, std::int32_t(eos), *window, stride, progress);
    }();
    if (!found) return invalidInput(found.error().code, options.model + ": " + found.error().message, options.model);
    const TextLikelihood routed = scoreTokens(**decoder, ids, bytes, std::int32_t(eos), *window, stride, LanguageId{}, nullptr);
    print(*found, routed, (*decoder)->allocation(), common.json);
    return 0;
}

}  // namespace

void addExperts(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb =
        line.addVerb("experts", "Perplexity of a text with every token through each expert alone: which one is nearest to it",
                     "moebel experts --model runs/20260101-120000-groups --text galician.txt", VerbKind::Computing);
    verb->add_option("--model", options->model, "Run, checkpoint or model folder with experts")->required();
    verb->add_option("--text", options->text, "UTF-8 text file")->required();
    verb->add_option("--window", options->window, "Tokens seen at once, half of them new (default: the model's context, at most 4096)")
        ->check(CLI::Range(2, 1 << 20));
    line.onCall(verb, [options](const CommonOptions& common) { return experts(common, *options); });
}

}  // namespace moebel
