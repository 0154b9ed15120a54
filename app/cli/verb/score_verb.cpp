// moebel score: likelihood of text files under a model.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/model_source.h"
#include "app/cli/output.h"
#include "app/cli/sinks.h"
#include "engine/evaluation/heldout.h"
#include "verbs.h"

namespace moebel {
namespace {

struct Options {
    std::string model;
    std::vector<std::string> files;
    std::int64_t window = 0;
    std::int64_t stride = 0;
};

/// Words as runs of bytes that are no ASCII white space.
std::int64_t wordsOf(const std::string& text)
{
    std::int64_t words = 0;
    bool inside = false;
    for (const char byte : text) {
        const bool space = byte == ' ' || (byte >= '\t' && byte <= '\r');
        if (!space && !inside) ++words;
        inside = !space;
    }
    return words;
}

nlohmann::ordered_json fileJson(const std::string& file, const TextLikelihood& likelihood, std::int64_t words)
{
    const double wordPerplexity = words > 0 ? std::exp(likelihood.nll / double(words)) : std::nan("");
    return {{"file", file}, {"nll", likelihood.nll}, {"tokens", likelihood.tokens}, {"bytes", likelihood.bytes},
            {"bits_per_byte", likelihood.bitsPerByte}, {"token_perplexity", likelihood.tokenPerplexity},
            {"word_perplexity", wordPerplexity}};
}

Result<nlohmann::ordered_json> scoreFile(const Decoder& decoder, const Tokenizer& tokenizer, const std::string& file,
                                         std::int64_t window, std::int64_t stride)
{
    const auto text = readText(file);
    if (!text) return text.error();
    if (text->empty()) return invalidInput("empty-file", file + ": the file is empty, so there is nothing to score", file);
    const std::vector<std::int32_t> ids = tokenizer.encode(*text);
    if (const Status fits = checkIds(ids, decoder, tokenizer); !fits) return fits.error();
    ConsoleSink console;
    const auto progress = [&](double fraction) { console.receive(Progress{"scoring " + file, fraction}); };
    const TextLikelihood likelihood = scoreTokens(decoder, ids, std::int64_t(text->size()), tokenizer.endOfDocument(), window,
                                                  stride, LanguageId{}, nullptr, progress);
    return fileJson(file, likelihood, wordsOf(*text));
}

void printTable(const nlohmann::ordered_json& files)
{
    std::vector<std::vector<std::string>> rows = {{"file", "bits/byte", "token perplexity", "tokens", "bytes"}};
    for (const auto& file : files) {
        rows.push_back({file["file"], numberText(file["bits_per_byte"], 4), numberText(file["token_perplexity"], 2),
                        file["tokens"].dump(), file["bytes"].dump()});
    }
    std::cout << formatTable(rows, 1) << std::flush;
}

Result<int> score(const CommonOptions& common, const Options& options)
{
    useThreads(common.threads);
    const auto folder = findModelFolder(options.model);
    if (!folder) return folder.error();
    const auto tokenizer = findTokenizer(*folder);
    if (!tokenizer) return tokenizer.error();
    const auto decoder = openModel(folder->string());
    if (!decoder) return decoder.error();
    const auto window = chooseWindow(options.window, (*decoder)->shape());
    if (!window) return window.error();
    const std::int64_t stride = options.stride > 0 ? options.stride : std::max<std::int64_t>(1, *window / 2);
    if (stride > *window) {
        return invalidInput("usage", "--stride " + std::to_string(stride) + " is larger than the window of " +
                                         std::to_string(*window) + " tokens, so some tokens would not be scored", "--stride");
    }
    const ExpertAllocation& allocation = (*decoder)->allocation();
    const std::string note = causalityNote(allocation.classifierLayers, allocation.classifierScope);
    if (!note.empty()) std::cerr << "note: " << note << std::endl;
    nlohmann::ordered_json files = nlohmann::json::array();
    for (const std::string& file : options.files) {
        auto result = scoreFile(**decoder, **tokenizer, file, *window, stride);
        if (!result) return result.error();
        (*result)["causal"] = note.empty();
        files.push_back(std::move(*result));
    }
    if (common.json) {
        printJson(files);
    } else {
        printTable(files);
    }
    return 0;
}

}  // namespace

void addScore(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("score", "Bits per byte and perplexities of text files under a model",
                                  "moebel score --model runs/20260101-120000-first greek.txt", VerbKind::Computing);
    verb->add_option("--model", options->model, "Run, checkpoint or model folder")->required();
    verb->add_option("--window", options->window, "Tokens seen at once (default: the model's context, at most 4096)")->check(CLI::Range(2, 1 << 20));
    verb->add_option("--stride", options->stride, "Tokens from window to window (default: half of it)")->check(CLI::Range(1, 1 << 20));
    verb->add_option("FILE", options->files, "UTF-8 text files")->required();
    line.onCall(verb, [options](const CommonOptions& common) { return score(common, *options); });
}

}  // namespace moebel
