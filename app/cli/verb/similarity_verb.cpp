// moebel similarity: how alike languages are to a model, layer by layer.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "app/cli/model_source.h"
#include "app/cli/output.h"
#include "app/cli/sinks.h"
#include "engine/evaluation/similarity_probe.h"
#include "engine/model/checkpoint/model_file.h"
#include "engine/runner/numerics.h"
#include "engine/runner/similarity_cache.h"
#include "moebel/base/hash.h"
#include "verbs.h"

namespace moebel
{
namespace
{

struct Options {
    std::string model;
    std::vector<std::string> original;  ///< CODE=FILE
    std::vector<std::string> added;
    std::int64_t tokens = 100'000;
};

struct ReadTexts {
    std::vector<Language> languages;
    std::vector<ProbeText> texts;
};

/// Files of one code are documents of one language.
Status readTexts(const std::vector<std::string>& pairs, LanguageRole role, const Tokenizer& tokenizer, ReadTexts& read)
{
    const std::string option = role == LanguageRole::Original ? "--original" : "--new";
    for (const std::string& pair : pairs) {
        const std::size_t equals = pair.find('=');
        if (equals == 0 || equals == std::string::npos || equals + 1 == pair.size())
            return invalidInput("usage", option + " " + pair + ": expected CODE=FILE such as el=greek.txt", option);
        const std::string code = pair.substr(0, equals), file = pair.substr(equals + 1);
        std::size_t place = 0;
        while (place < read.languages.size() && read.languages[place].code != code) ++place;
        if (place < read.languages.size() && read.languages[place].role != role)
            return invalidInput("role-twice", "'" + code + "' is both original and new; give it one role", option);
        const auto text = readText(file);
        if (!text) return text.error();
        if (place == read.languages.size()) {
            read.languages.push_back({code, role});
            read.texts.push_back({code, {}});
        }
        read.texts[place].documents.push_back(tokenizer.encode(*text));
    }
    return Done{};
}

nlohmann::ordered_json toJson(const LanguageSimilarity& similarity, const std::vector<LayerSimilarity>& layers,
                              const ReadTexts& read, std::int64_t tokens)
{
    nlohmann::ordered_json result = {{"layers", nlohmann::ordered_json::array()}, {"pairs", nlohmann::ordered_json::array()}};
    const auto number = [](double value) { return std::isnan(value) ? nlohmann::ordered_json() : nlohmann::ordered_json(value); };
    for (std::size_t i = 0; i < layers.size(); ++i)
        result["layers"].push_back({{"layer", i},
                                    {"new_new", number(layers[i].newNew)},
                                    {"new_original", layers[i].newOriginal},
                                    {"mean", layers[i].mean}});
    const auto& codes = similarity.languages();
    for (std::int64_t layer = 0; layer < similarity.layers(); ++layer)
        for (std::size_t a = 0; a < codes.size(); ++a)
            for (std::size_t b = a; b < codes.size(); ++b)
                result["pairs"].push_back({{"layer", layer},
                                           {"language", codes[a]},
                                           {"other", codes[b]},
                                           {"similarity", similarity.at(layer, a, b)}});
    for (const ProbeText& text : read.texts) result["tokens"][text.language] = std::min(tokens, text.tokens());
    return result;
}

/// The text is what the model reads: the ids of each language's documents.
Result<std::string> keyOf(const std::filesystem::path& folder, const ReadTexts& read, std::int64_t tokens)
{
    const auto model = hashOfModel(folder);
    if (!model) return model.error();
    Sha256 text;
    for (const ProbeText& language : read.texts) {
        text.update(language.language + " " + std::to_string(language.documents.size()) + "\n");
        for (const auto& document : language.documents) {
            text.update(std::to_string(document.size()) + "\n");
            text.update(document.data(), document.size() * sizeof(document[0]));
        }
    }
    const nlohmann::json key = {{"numerics", numericsIdentity(at::get_num_threads(), Precision::Float32)},
                                {"model", *model},
                                {"text", text.hex()},
                                {"tokens", tokens}};
    return sha256Hex(key.dump());
}

/// Measured, or taken from the cache.
Result<LanguageSimilarity> knownSimilarity(const Decoder& decoder, const std::filesystem::path& folder, const ReadTexts& read,
                                           std::int64_t tokens)
{
    const auto key = keyOf(folder, read, tokens);
    if (!key) return key.error();
    if (auto cached = readCachedSimilarity(*key, decoder.shape().layers)) return std::move(*cached);
    ConsoleSink console;
    auto measured = measureSimilarity(decoder, read.texts, tokens, [&](double fraction) {
        console.receive(Progress{"measuring the similarity of the languages", fraction});
        return true;
    });
    if (measured) cacheSimilarity(*key, *measured);
    return measured;
}

Result<int> similarity(const CommonOptions& common, const Options& options)
{
    useThreads(common.threads);
    const auto folder = findModelFolder(options.model);
    if (!folder) return folder.error();
    const auto tokenizer = findTokenizer(*folder);
    if (!tokenizer) return tokenizer.error();
    ReadTexts read;
    if (Status original = readTexts(options.original, LanguageRole::Original, **tokenizer, read); !original) return original.error();
    if (Status added = readTexts(options.added, LanguageRole::Expanded, **tokenizer, read); !added) return added.error();
    const auto decoder = openModel(folder->string());
    if (!decoder) return decoder.error();
    for (const ProbeText& text : read.texts)
        for (const auto& document : text.documents)
            if (const Status fits = checkIds(document, **decoder, **tokenizer); !fits) return fits.error();
    const auto measured = knownSimilarity(**decoder, *folder, read, options.tokens);
    if (!measured) return measured.error();
    const auto layers = groupMeans(*measured, read.languages);
    if (!layers) return layers.error();
    if (common.json)
        printJson(toJson(*measured, *layers, read, options.tokens));
    else
        std::cout << toCsv(*layers) << std::flush;
    return 0;
}

}  // namespace

void addSimilarity(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("similarity", "How alike languages are in each layer: CSV for `moebel allocate`; --json: every pair too",
                                  "moebel similarity --model base --original en=en.txt es=es.txt --new el=el.txt hu=hu.txt > similarity.csv",
                                  VerbKind::Computing);
    verb->add_option("--model", options->model, "Run, checkpoint or model folder, or .gguf file")->required();
    verb->add_option("--original", options->original, "CODE=FILE...: a document of an original language")->required();
    verb->add_option("--new", options->added, "CODE=FILE...: a document of a new language")->required();
    verb->add_option("--tokens", options->tokens, "Tokens of each language at most (default: 100000)")
        ->check(CLI::Range(std::int64_t(1), std::int64_t(1'000'000'000)));
    line.onCall(verb, [options](const CommonOptions& common) { return similarity(common, *options); });
}

}  // namespace moebel
