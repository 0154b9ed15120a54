#include <array>
#include <nlohmann/json.hpp>

#include "engine/text/tokenizer.h"
#include "engine/text/tokenizer/tokenizer_json.h"
#include "moebel/base/file.h"
#include "moebel/base/gguf.h"
#include "moebel/base/json_depth.h"

namespace moebel
{
namespace
{

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::uint64_t kLargestFile = std::uint64_t(256) << 20;
constexpr std::uint64_t kLargestCompanion = std::uint64_t(16) << 20;
constexpr const char* kConfig = "tokenizer_config.json";

/// What lies beside a tokenizer for those who talk to its model.
constexpr std::array kCompanions = {"chat_template.jinja", "special_tokens_map.json", "added_tokens.json",
                                    "generation_config.json"};

/// tokenizer.json, or what stands for it in a GGUF file; the model of SentencePiece.
Result<std::string> contentOf(const fs::path& file)
{
    if (file.extension() != ".gguf") return readFile(file, kLargestFile);
    auto vocabulary = readGgufTokenizer(file);
    return vocabulary ? Result<std::string>(std::move(vocabulary->json)) : vocabulary.error();
}

/// tokenizer_config.json, without what names code that does not come along; an empty object where there is none.
ordered_json configBeside(const fs::path& file)
{
    const auto text = readFile(file.parent_path() / kConfig, kLargestCompanion);
    ordered_json config =
        text && jsonExcess(*text).empty() ? ordered_json::parse(*text, nullptr, /*allow_exceptions=*/false) : ordered_json();
    if (!config.is_object()) return ordered_json::object();
    config.erase("auto_map");
    config.erase("name_or_path");
    return config;
}

/// What a GGUF file says of the same.
ordered_json configOfGguf(const fs::path& file)
{
    ordered_json config = ordered_json::object();
    const auto header = readGgufHeader(file);
    const auto* tokens = header ? header->find<std::vector<std::string>>("tokenizer.ggml.tokens") : nullptr;
    if (tokens == nullptr) return config;
    constexpr std::array<std::array<const char*, 2>, 3> kMarks = {{{"bos_token", "tokenizer.ggml.bos_token_id"},
                                                                   {"unk_token", "tokenizer.ggml.unknown_token_id"},
                                                                   {"pad_token", "tokenizer.ggml.padding_token_id"}}};
    for (const auto& [name, key] : kMarks)
        if (const auto id = header->get<std::int64_t>(key); id && *id >= 0 && std::size_t(*id) < tokens->size())
            config[name] = (*tokens)[std::size_t(*id)];
    if (const auto chat = header->get<std::string>("tokenizer.chat_template")) config["chat_template"] = *chat;
    return config;
}

Status copyCompanions(const fs::path& from, const fs::path& to)
{
    for (const char* name : kCompanions) {
        const auto content = readFile(from / name, kLargestCompanion);
        if (!content) continue;
        if (Status done = writeFileAtomically(to / name, *content); !done) return done;
    }
    return Done{};
}

}  // namespace

Status writeTokenizer(const Tokenizer& tokenizer, const fs::path& folder)
{
    const fs::path file = tokenizer.file();
    const bool isGguf = file.extension() == ".gguf", isJson = file.extension() == ".json" || isGguf;
    const auto content = contentOf(file);
    if (!content) return content.error();
    if (Status done = writeFileAtomically(folder / (isJson ? "tokenizer.json" : "tokenizer.model"), *content); !done) return done;
    if (!isGguf)
        if (Status done = copyCompanions(file.parent_path(), folder); !done) return done;
    ordered_json config = isGguf ? configOfGguf(file) : configBeside(file);
    if (isJson) {
        const auto end = tokenizer.decode({tokenizer.endOfDocument()}, true);
        if (end && (!config.contains("eos_token") || config["eos_token"].is_null())) config["eos_token"] = *end;
        if (end && !config.contains("tokenizer_class")) config["tokenizer_class"] = "PreTrainedTokenizerFast";
    }
    if (config.empty()) return Done{};
    const std::string text = config.dump(2, ' ', false, ordered_json::error_handler_t::replace);
    return writeFileAtomically(folder / kConfig, text + "\n");
}

}  // namespace moebel
