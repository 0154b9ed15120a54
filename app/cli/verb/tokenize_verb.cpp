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

Result<int> tokenize(const Options& options)
{
    const auto tokenizer = openTokenizer(options.tokenizer);
    if (!tokenizer) return tokenizer.error();
    const auto encodeLine = [&](const nlohmann::json& value) -> Result<nlohmann::ordered_json> {
        if (!value.is_string()) return invalidInput("not-a-string", "expected a JSON string");
        const Encoding encoding = (*tokenizer)->encodeWithOffsets(value.get_ref<const std::string&>());
        return nlohmann::ordered_json{{"ids", encoding.ids}, {"offsets", encoding.offsets}};
    };
    return transformJsonLines(options.file, encodeLine);
}

}  // namespace

void addTokenize(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("tokenize", "Every input line is a JSON string; every output line its ids and byte offsets",
                                  "echo '\"Good morning\"' | moebel tokenize --tokenizer tokenizer.model");
    verb->add_option("--tokenizer", options->tokenizer, "SentencePiece .model, or a folder with tokenizer.model")->required();
    verb->add_flag("--no-special", options->noSpecial, "Without begin and end marks (this kind of tokenizer adds none)");
    verb->add_option("FILE", options->file, "Input (default: stdin)");
    line.onCall(verb, [options](const CommonOptions&) { return tokenize(*options); });
}

}  // namespace moebel
