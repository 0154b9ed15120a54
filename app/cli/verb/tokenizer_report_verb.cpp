// moebel tokenizer-report: how a tokenizer treats the languages of some files.
#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/output.h"
#include "engine/text/tokenizer/tokenizer_report.h"
#include "moebel/base/file.h"
#include "verbs.h"

namespace moebel
{
namespace
{

struct Options {
    std::string tokenizer;
    std::vector<std::string> files;
};

nlohmann::ordered_json numberOrNull(double value)
{
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
}

nlohmann::ordered_json toJson(const std::vector<std::string>& files, const std::vector<TokenizerReport>& reports)
{
    nlohmann::ordered_json value = {{"words", "Unicode word boundaries (ICU)"},
                                    {"files", nlohmann::ordered_json::array()},
                                    {"vocabulary_overlap", nlohmann::ordered_json::array()}};
    for (std::size_t i = 0; i < files.size(); ++i) {
        const TokenizerReport& report = reports[i];
        value["files"].push_back({{"file", files[i]},
                                  {"bytes", report.bytes},
                                  {"characters", report.characters},
                                  {"words", report.words},
                                  {"tokens", report.tokens},
                                  {"fertility", numberOrNull(report.fertility())},
                                  {"continued_words", numberOrNull(report.continuedShare())},
                                  {"bytes_per_token", numberOrNull(report.bytesPerToken())},
                                  {"characters_per_token", numberOrNull(report.charactersPerToken())},
                                  {"byte_fallback_share", numberOrNull(report.byteFallbackShare())}});
        auto& row = value["vocabulary_overlap"].emplace_back(nlohmann::ordered_json::array());
        for (const TokenizerReport& other : reports) row.push_back(numberOrNull(vocabularyOverlap(report, other)));
    }
    return value;
}

void print(const std::vector<std::string>& files, const std::vector<TokenizerReport>& reports)
{
    std::vector<std::vector<std::string>> rows = {
        {"file", "tokens", "words", "fertility", "continued words", "bytes/token", "byte fallback", "overlap with the first"}};
    for (std::size_t i = 0; i < files.size(); ++i) {
        const TokenizerReport& report = reports[i];
        rows.push_back({files[i], std::to_string(report.tokens), std::to_string(report.words),
                        numberText(report.fertility(), 2), numberText(100 * report.continuedShare(), 1) + " %",
                        numberText(report.bytesPerToken(), 2), numberText(100 * report.byteFallbackShare(), 1) + " %",
                        numberText(vocabularyOverlap(reports.front(), report), 2)});
    }
    std::cout << formatTable(rows, 1) << "Words are those of Unicode's word boundaries (ICU); a file is a document.\n";
}

Result<int> report(const CommonOptions& common, const Options& options)
{
    const auto tokenizer = openTokenizer(options.tokenizer);
    if (!tokenizer) return tokenizer.error();
    std::vector<TokenizerReport> reports;
    for (const std::string& file : options.files) {
        const auto text = readFile(file);
        if (!text) return invalidInput(text.error().code, text.error().message, text.error().where);
        reports.push_back(measureTokenizer(**tokenizer, *text));
    }
    if (common.json)
        printJson(toJson(options.files, reports));
    else
        print(options.files, reports);
    return 0;
}

}  // namespace

void addTokenizerReport(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("tokenizer-report", "How a tokenizer treats languages: tokens a word, bytes a token, overlap",
                                  "moebel tokenizer-report --tokenizer tokenizer.json en.txt el.txt");
    verb->add_option("--tokenizer", options->tokenizer, "tokenizer.json, SentencePiece .model, or a folder with one")
        ->required();
    verb->add_option("FILE", options->files, "Text files, one a language")->required();
    line.onCall(verb, [options](const CommonOptions& common) { return report(common, *options); });
}

}  // namespace moebel
