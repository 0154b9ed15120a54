// moebel tokenizer-report: how a tokenizer treats languages, of some files or of an experiment.
#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/experiment_source.h"
#include "app/cli/output.h"
#include "engine/text/corpus.h"
#include "engine/text/prepared_text.h"
#include "engine/text/tokenizer/tokenizer_report.h"
#include "moebel/base/file.h"
#include "moebel/experiment/experiment_file.h"
#include "verbs.h"

namespace moebel
{
namespace
{

using nlohmann::ordered_json;

struct Options {
    std::string tokenizer;
    std::string experiment;
    std::vector<std::string> files;
    std::int64_t bytes = 1'000'000;
};

/// What was measured, under the name of its file or the code of its language.
struct Measured {
    std::string name;
    TokenizerReport report;
};

ordered_json numberOrNull(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(); }

ordered_json toJson(const Tokenizer& tokenizer, const std::vector<Measured>& all, const char* list, const char* nameKey)
{
    ordered_json value = {{"tokenizer",
                           {{"file", tokenizer.file().string()},
                            {"kind", tokenizer.kind()},
                            {"vocabulary", tokenizer.vocabularySize()}}},
                          {"words", "Unicode word boundaries (ICU)"},
                          {list, ordered_json::array()},
                          {"vocabulary_overlap", ordered_json::array()}};
    for (const auto& [name, report] : all) {
        value[list].push_back({{nameKey, name},
                               {"documents", report.documents},
                               {"bytes", report.bytes},
                               {"characters", report.characters},
                               {"words", report.words},
                               {"tokens", report.tokens},
                               {"fertility", numberOrNull(report.fertility())},
                               {"continued_words", numberOrNull(report.continuedShare())},
                               {"bytes_per_token", numberOrNull(report.bytesPerToken())},
                               {"characters_per_token", numberOrNull(report.charactersPerToken())},
                               {"byte_fallback_share", numberOrNull(report.byteFallbackShare())},
                               {"tokens_per_document", numberOrNull(report.tokensPerDocument())}});
        auto& row = value["vocabulary_overlap"].emplace_back(ordered_json::array());
        for (const Measured& other : all) row.push_back(numberOrNull(vocabularyOverlap(report, other.report)));
    }
    return value;
}

void print(const std::vector<Measured>& all, const char* nameKey)
{
    std::vector<std::vector<std::string>> rows = {{nameKey, "tokens", "words", "fertility", "continued words", "bytes/token",
                                                   "byte fallback", "tokens/document", "overlap with the first"}};
    for (const auto& [name, report] : all)
        rows.push_back({name, std::to_string(report.tokens), std::to_string(report.words), numberText(report.fertility(), 2),
                        numberText(100 * report.continuedShare(), 1) + " %", numberText(report.bytesPerToken(), 2),
                        numberText(100 * report.byteFallbackShare(), 1) + " %", numberText(report.tokensPerDocument(), 1),
                        numberText(vocabularyOverlap(all.front().report, report), 2)});
    std::cout << formatTable(rows, 1) << "Words are those of Unicode's word boundaries (ICU)." << std::endl;
}

Result<int> reportFiles(const CommonOptions& common, const Options& options)
{
    if (options.tokenizer.empty())
        return invalidInput("no-tokenizer", "--tokenizer is missing; name a tokenizer.json, a .model, a .gguf or a folder with one");
    const auto tokenizer = openTokenizer(options.tokenizer);
    if (!tokenizer) return tokenizer.error();
    std::vector<Measured> measured;
    for (const std::string& file : options.files) {
        const auto text = readFile(file);
        if (!text) return invalidInput(text.error().code, text.error().message, text.error().where);
        measured.push_back({file, measureTokenizer(**tokenizer, *text)});
    }
    common.json ? printJson(toJson(**tokenizer, measured, "files", "file")) : print(measured, "file");
    return 0;
}

/// The one that was asked for, else the one that the experiment uses: of its base, or trained where it is not there yet.
Result<std::unique_ptr<Tokenizer>> tokenizerOf(const Options& options, const Experiment& experiment,
                                               const std::filesystem::path& folder)
{
    if (!options.tokenizer.empty()) return openTokenizer(options.tokenizer);
    const auto own = withTokenizer(experiment, folder);
    if (!own) return own.error();
    auto prepared = prepareText(*own, folder, userCacheFolder(), [](const std::string&, double) {});
    if (!prepared) return prepared.error();
    return std::move(prepared->tokenizer);
}

/// Held-out documents from the first on, up to about so many bytes.
TokenizerReport measureDocuments(const Tokenizer& tokenizer, const std::vector<Document>& documents, std::int64_t bytes)
{
    TokenizerReport report;
    for (const Document& document : documents) {
        if (report.bytes >= bytes) break;
        report.add(measureTokenizer(tokenizer, document.text));
    }
    return report;
}

Result<int> reportExperiment(const CommonOptions& common, const Options& options)
{
    auto read = readExperimentFile(options.experiment);
    if (!read) return invalidInput(read.error().code, read.error().message, read.error().where);
    if (!read->problems.empty()) return asError(read->problems, options.experiment);
    const Experiment& experiment = read->experiment;
    const auto folder = std::filesystem::absolute(options.experiment).lexically_normal().parent_path();
    const auto importer = makeImporter(experiment.data, experiment.languages, experiment.seed, folder);
    if (!importer) return importer.error();
    std::vector<Corpus> corpora;
    for (const Language& language : experiment.languages) {
        auto corpus = (*importer)->load(language.code);
        if (!corpus) return corpus.error();
        corpora.push_back(std::move(*corpus));
    }
    const auto tokenizer = tokenizerOf(options, experiment, folder);
    if (!tokenizer) return tokenizer.error();
    std::vector<Measured> measured;
    for (const SplitCorpus& corpus : splitHeldout(std::move(corpora), experiment.data))
        measured.push_back({corpus.language, measureDocuments(**tokenizer, corpus.heldout, options.bytes)});
    common.json ? printJson(toJson(**tokenizer, measured, "languages", "language")) : print(measured, "language");
    return 0;
}

Result<int> report(const CommonOptions& common, const Options& options)
{
    if (options.experiment.empty() == options.files.empty())
        return invalidInput("no-text", "tokenizer-report needs either text files or --experiment; name one of them");
    return options.experiment.empty() ? reportFiles(common, options) : reportExperiment(common, options);
}

}  // namespace

void addTokenizerReport(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("tokenizer-report", "How a tokenizer treats languages: tokens a word, bytes a token, overlap",
                                  "moebel tokenizer-report --tokenizer tokenizer.json en.txt el.txt");
    verb->add_option("--tokenizer", options->tokenizer, "tokenizer.json, SentencePiece .model, .gguf, or a folder with one");
    verb->add_option("--experiment", options->experiment,
                     "Measure the held-out text of an experiment's languages, by default with its own tokenizer");
    verb->add_option("--bytes", options->bytes, "Of held-out text a language (default: 1000000)")->check(CLI::PositiveNumber);
    verb->add_option("FILE", options->files, "Text files, one document each");
    line.onCall(verb, [options](const CommonOptions& common) { return report(common, *options); });
}

}  // namespace moebel
