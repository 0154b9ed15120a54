// moebel detokenize: ids back to text, line by line.
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/json_input.h"
#include "app/cli/json_lines.h"
#include "engine/text/tokenizer.h"
#include "verbs.h"

namespace moebel {
namespace {

struct Options {
    std::string tokenizer;
    std::string file = "-";
    bool keepSpecial = false;
};

Result<std::vector<std::int32_t>> readIds(const nlohmann::json& value, std::int64_t vocabulary)
{
    if (!value.is_array()) return invalidInput("not-an-array", "expected a JSON array of ids");
    std::vector<std::int32_t> ids;
    for (const auto& id : value) {
        if (!id.is_number_integer() || id < 0 || id >= vocabulary) {
            return invalidInput("bad-id", excerpt(id) + " is not an id; the vocabulary has 0 to " + std::to_string(vocabulary - 1));
        }
        ids.push_back(id.get<std::int32_t>());
    }
    return ids;
}

Result<int> detokenize(const Options& options)
{
    const auto tokenizer = openTokenizer(options.tokenizer);
    if (!tokenizer) return tokenizer.error();
    const auto decodeLine = [&](const nlohmann::json& value) -> Result<nlohmann::ordered_json> {
        const auto ids = readIds(value, (*tokenizer)->vocabularySize());
        if (!ids) return ids.error();
        const auto text = (*tokenizer)->decode(*ids, options.keepSpecial);
        if (!text) return text.error();
        return nlohmann::ordered_json(*text);
    };
    return transformJsonLines(options.file, decodeLine);
}

}  // namespace

void addDetokenize(CommandLine& line)
{
    auto options = std::make_shared<Options>();
    CLI::App* verb = line.addVerb("detokenize", "Every input line is a JSON array of ids; every output line a JSON string",
                                  "echo '[17, 4, 250]' | moebel detokenize --tokenizer tokenizer.json");
    verb->add_option("--tokenizer", options->tokenizer, "tokenizer.json, SentencePiece .model, or a folder with one")->required();
    verb->add_flag("--keep-special", options->keepSpecial, "Write begin and end marks out");
    verb->add_option("FILE", options->file, "Input (default: stdin)");
    line.onCall(verb, [options](const CommonOptions&) { return detokenize(*options); });
}

}  // namespace moebel
