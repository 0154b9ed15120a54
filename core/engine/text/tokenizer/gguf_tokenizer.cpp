#include <nlohmann/json.hpp>

#include "engine/text/tokenizer/tokenizer_json.h"
#include "moebel/base/gguf.h"

namespace moebel
{
namespace
{

using nlohmann::ordered_json;

/// Kinds of tokens in tokenizer.ggml.token_type.
constexpr std::int64_t kControl = 3, kUserDefined = 4;

constexpr const char* kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr const char* kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

ordered_json byteLevel(bool useRegex)
{
    return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", useRegex}};
}

ordered_json sequence(ordered_json first, ordered_json second)
{
    return {{"type", "Sequence"}, {"pretokenizers", {std::move(first), std::move(second)}}};
}

ordered_json split(const char* pattern)
{
    return {{"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}, {"invert", false}};
}

/// What the file's `pre` stands for; null for one that is not known.
ordered_json preTokenizer(const std::string& pre)
{
    if (pre == "gpt-2") return byteLevel(true);
    if (pre == "smollm") return sequence({{"type", "Digits"}, {"individual_digits", true}}, byteLevel(true));
    if (pre == "llama-bpe") return sequence(split(kLlama3), byteLevel(false));
    if (pre == "qwen2") return sequence(split(kQwen2), byteLevel(false));
    return nullptr;
}

ordered_json addedTokens(const std::vector<std::string>& tokens, const std::vector<std::int64_t>& types)
{
    ordered_json added = ordered_json::array();
    for (std::size_t id = 0; id < tokens.size() && id < types.size(); ++id)
        if (types[id] == kControl || types[id] == kUserDefined)
            added.push_back({{"id", id},
                             {"content", tokens[id]},
                             {"single_word", false},
                             {"lstrip", false},
                             {"rstrip", false},
                             {"normalized", false},
                             {"special", types[id] == kControl}});
    return added;
}

/// The mark before and behind a text, where the file wants one.
ordered_json postProcessor(const GgufHeader& header, const std::vector<std::string>& tokens)
{
    ordered_json single = ordered_json::array(), special = ordered_json::object();
    const auto mark = [&](const char* wanted, const char* id) {
        const auto number = header.get<std::int64_t>(id);
        if (!header.get<bool>(wanted).value_or(false) || !number || std::size_t(*number) >= tokens.size()) return;
        const std::string& token = tokens[std::size_t(*number)];
        single.push_back({{"SpecialToken", {{"id", token}, {"type_id", 0}}}});
        special[token] = {{"id", token}, {"ids", {*number}}, {"tokens", {token}}};
    };
    mark("tokenizer.ggml.add_bos_token", "tokenizer.ggml.bos_token_id");
    single.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
    mark("tokenizer.ggml.add_eos_token", "tokenizer.ggml.eos_token_id");
    if (special.empty()) return nullptr;
    return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", ordered_json::array()}, {"special_tokens", special}};
}

}  // namespace

Result<std::string> tokenizerJsonOfGguf(const std::filesystem::path& file)
{
    const auto header = readGgufHeader(file);
    if (!header) return header.error();
    const auto refuse = [&](const std::string& what) {
        return invalidInput("bad-tokenizer", file.string() + ": " + what, file.string());
    };
    const std::string kind = header->get<std::string>("tokenizer.ggml.model").value_or("none");
    const std::string pre = header->get<std::string>("tokenizer.ggml.pre").value_or("none");
    const auto tokens = header->get<std::vector<std::string>>("tokenizer.ggml.tokens");
    const auto merges = header->get<std::vector<std::string>>("tokenizer.ggml.merges");
    if (kind != "gpt2") return refuse("a vocabulary of the kind \"" + kind + "\" is not supported; \"gpt2\" is");
    const ordered_json splitting = preTokenizer(pre);
    if (splitting.is_null())
        return refuse("the splitting \"" + pre + "\" is not supported; these are: gpt-2, smollm, llama-bpe, qwen2");
    if (!tokens || !merges) return refuse("it has no tokens or no merges");
    nlohmann::json ids;  // sorted: an ordered one looks through all keys for every new one
    for (std::size_t id = 0; id < tokens->size(); ++id) ids[(*tokens)[id]] = id;
    const auto types =
        header->get<std::vector<std::int64_t>>("tokenizer.ggml.token_type").value_or(std::vector<std::int64_t>());
    const nlohmann::json tokenizer = {
        {"version", "1.0"},
        {"added_tokens", addedTokens(*tokens, types)},
        {"normalizer", pre == "qwen2" ? nlohmann::json{{"type", "NFC"}} : nlohmann::json()},
        {"pre_tokenizer", splitting},
        {"post_processor", postProcessor(*header, *tokens)},
        {"decoder", byteLevel(true)},
        {"model", {{"type", "BPE"}, {"ignore_merges", pre == "llama-bpe"}, {"vocab", ids}, {"merges", *merges}}}};
    return tokenizer.dump();
}

}  // namespace moebel
