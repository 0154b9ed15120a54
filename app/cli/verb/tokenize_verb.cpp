// moebel tokenize: JSON strings to ids and byte offsets, line by line.
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/json_lines.h"
#include "engine/text/tokenizer.h"
#include "verbs.h"

namespace moebel {
namespace {

struct Options {
    std::string tokenizer;
    std::string file = "-";
    bool noSpecial = false;
};

/// Marks cover nothing of the text: they stand where it begins and where it ends.
void addFrame(const SpecialFrame& frame, std::int64_t bytes, Encoding& encoding)
{
    encoding.ids.insert(encoding.ids.begin(), frame.before.begin(), frame.before.end());
    encoding.offsets.insert(encoding.offsets.begin(), frame.before.size(), {0, 0});
    encoding.ids.insert(encoding.ids.end(), frame.after.begin(), frame.after.end());
    encoding.offsets.insert(encoding.offsets.end(), frame.after.size(), {bytes, bytes});
}

Result<int> tokenize(const Options& options)
{
    const auto tokenizer = openTokenizer(options.tokenizer);
    if (!tokenizer) return tokenizer.error();
    const auto encodeLine = [&](const nlohmann::json& value) -> Result<nlohmann::ordered_json> {
        if (!value.is_string()) return invalidInput("not-a-string", "expected a JSON string");
        const std::string& text = value.get_ref<const std::string&>();
        Encoding encoding = (*tokenizer)->encodeWithOffsets(text);
        if (!options.noSpecial) addFrame((*tokenizer)->frame(), std::int64_t(text.size()), encoding);
        return nlohmann::ordered_json{{"ids", encoding.ids}, {"offsets", encoding.offsets}};
    };
    return transformJsonLines(options.file, encodeLine);
}

}  // namespace

void addTokenize(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("tokenize", "Every input line is a JSON string; every output line its ids and byte offsets",
                                  "echo '\"Good morning\"' | moebel tokenize --tokenizer tokenizer.json");
    verb->add_option("--tokenizer", options->tokenizer, "tokenizer.json, SentencePiece .model, or a folder with one")->required();
    verb->add_flag("--no-special", options->noSpecial, "Without the marks that the model expects around a text");
    verb->add_option("FILE", options->file, "Input (default: stdin)");
    line.onCall(verb, [options](const CommonOptions&) { return tokenize(*options); });
}

}  // namespace moebel
