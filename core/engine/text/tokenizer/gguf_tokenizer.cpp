#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "engine/text/tokenizer/scored_vocabulary.h"
#include "engine/text/tokenizer/tokenizer_json.h"
#include "engine/text/utf8.h"
#include "moebel/base/gguf.h"

namespace moebel
{
namespace
{

using nlohmann::ordered_json;

/// Kinds of tokens in tokenizer.ggml.token_type.
constexpr std::int64_t kNormal = 1, kUnknown = 2, kControl = 3, kUserDefined = 4, kByte = 6;
constexpr const char* kSpaceSymbol = "\u2581";

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

/// Ways to split a text, and the names of llama.cpp for each.
enum class Splitting { Unknown, Gpt2, SingleDigits, Llama3, Qwen2 };
struct SplittingName {
    std::string_view pre;
    Splitting splitting;
};
constexpr std::array kSplittings = {
    SplittingName{"gpt-2", Splitting::Gpt2},          SplittingName{"phi-2", Splitting::Gpt2},
    SplittingName{"smollm", Splitting::SingleDigits}, SplittingName{"starcoder", Splitting::SingleDigits},
    SplittingName{"refact", Splitting::SingleDigits}, SplittingName{"llama-bpe", Splitting::Llama3},
    SplittingName{"llama3", Splitting::Llama3},       SplittingName{"llama-v3", Splitting::Llama3},
    SplittingName{"falcon3", Splitting::Llama3},      SplittingName{"qwen2", Splitting::Qwen2},
    SplittingName{"deepseek-r1-qwen", Splitting::Qwen2}};

Splitting splittingOf(const std::string& pre)
{
    const auto found = std::find_if(kSplittings.begin(), kSplittings.end(), [&](const SplittingName& known) { return known.pre == pre; });
    return found == kSplittings.end() ? Splitting::Unknown : found->splitting;
}

std::string knownSplittings()
{
    std::string names;
    for (const SplittingName& known : kSplittings) names += (names.empty() ? "" : ", ") + std::string(known.pre);
    return names;
}

ordered_json preTokenizer(Splitting splitting)
{
    switch (splitting) {
        case Splitting::Gpt2:
            return byteLevel(true);
        case Splitting::SingleDigits:
            return sequence({{"type", "Digits"}, {"individual_digits", true}}, byteLevel(true));
        case Splitting::Llama3:
            return sequence(split(kLlama3), byteLevel(false));
        case Splitting::Qwen2:
            return sequence(split(kQwen2), byteLevel(false));
        case Splitting::Unknown:
            break;
    }
    return nullptr;
}

ordered_json addedTokens(const std::vector<std::string>& tokens, const std::vector<std::int64_t>& types)
{
    ordered_json added = ordered_json::array();
    for (std::size_t id = 0; id < tokens.size() && id < types.size(); ++id)
        if (types[id] == kControl || types[id] == kUserDefined || types[id] == kUnknown)
            added.push_back({{"id", id},
                             {"content", tokens[id]},
                             {"single_word", false},
                             {"lstrip", false},
                             {"rstrip", false},
                             {"normalized", false},
                             {"special", types[id] != kUserDefined}});
    return added;
}

/// The mark before and behind a text, where the file wants one; a scored vocabulary wants the first if it says nothing.
ordered_json postProcessor(const GgufHeader& header, const std::vector<std::string>& tokens, bool beginsByDefault)
{
    ordered_json single = ordered_json::array(), special = ordered_json::object();
    const auto mark = [&](const char* wanted, bool byDefault, const char* id) {
        const auto number = header.get<std::int64_t>(id);
        if (!header.get<bool>(wanted).value_or(byDefault) || !number || std::size_t(*number) >= tokens.size()) return;
        const std::string& token = tokens[std::size_t(*number)];
        single.push_back({{"SpecialToken", {{"id", token}, {"type_id", 0}}}});
        special[token] = {{"id", token}, {"ids", {*number}}, {"tokens", {token}}};
    };
    mark("tokenizer.ggml.add_bos_token", beginsByDefault, "tokenizer.ggml.bos_token_id");
    single.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
    mark("tokenizer.ggml.add_eos_token", false, "tokenizer.ggml.eos_token_id");
    if (special.empty()) return nullptr;
    return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", ordered_json::array()}, {"special_tokens", special}};
}

/// What a GGUF file says of its vocabulary.
struct GgufVocabulary {
    const GgufHeader& header;
    std::string pre;
    const std::vector<std::string>& tokens;
    const std::vector<std::int64_t>& types;
};

nlohmann::json idsOf(const std::vector<std::string>& tokens)
{
    nlohmann::json ids;  // sorted: an ordered one looks through all keys for every new one
    for (std::size_t id = 0; id < tokens.size(); ++id) ids[tokens[id]] = id;
    return ids;
}

Result<nlohmann::json> byteLevelVocabulary(const GgufVocabulary& file)
{
    const Splitting splitting = splittingOf(file.pre);
    if (splitting == Splitting::Unknown)
        return invalidInput("bad-tokenizer",
                            "the splitting \"" + file.pre + "\" is not supported; these are: " + knownSplittings());
    const auto* merges = file.header.find<std::vector<std::string>>("tokenizer.ggml.merges");
    if (merges == nullptr) return invalidInput("bad-tokenizer", "it has no merges");
    return nlohmann::json{
        {"version", "1.0"},
        {"added_tokens", addedTokens(file.tokens, file.types)},
        {"normalizer", splitting == Splitting::Qwen2 ? nlohmann::json{{"type", "NFC"}} : nlohmann::json()},
        {"pre_tokenizer", preTokenizer(splitting)},
        {"post_processor", postProcessor(file.header, file.tokens, false)},
        {"decoder", byteLevel(true)},
        {"model",
         {{"type", "BPE"}, {"ignore_merges", splitting == Splitting::Llama3}, {"vocab", idsOf(file.tokens)}, {"merges", *merges}}}};
}

nlohmann::json replacing(const char* from, const char* to)
{
    return {{"type", "Replace"}, {"pattern", {{"String", from}}}, {"content", to}};
}

/// SentencePiece's byte pairs: what Llama 2, Mistral and Gemma have.
Result<nlohmann::json> scoredVocabulary(const GgufVocabulary& file)
{
    const auto refuse = [](const std::string& what) { return invalidInput("bad-tokenizer", what); };
    const auto* scores = file.header.find<std::vector<double>>("tokenizer.ggml.scores");
    if (file.pre != "none" && file.pre != "default")
        return refuse("the splitting \"" + file.pre + "\" of a scored vocabulary is not supported");
    if (scores == nullptr || scores->size() != file.tokens.size() || file.types.size() != file.tokens.size())
        return refuse("it has " + std::to_string(file.tokens.size()) + " tokens, " +
                      std::to_string(scores != nullptr ? scores->size() : 0) + " scores and " + std::to_string(file.types.size()) +
                      " types, expected as many of each");
    if (file.header.get<bool>("tokenizer.ggml.remove_extra_whitespaces").value_or(false))
        return refuse("remove_extra_whitespaces is not supported");
    const auto unknown = std::size_t(file.header.get<std::int64_t>("tokenizer.ggml.unknown_token_id").value_or(0));
    if (unknown >= file.tokens.size())
        return refuse("its unknown token " + std::to_string(unknown) + " is not in the vocabulary");
    std::vector<bool> joins;
    for (const std::int64_t type : file.types) joins.push_back(type == kNormal);
    const bool prefix = file.header.get<bool>("tokenizer.ggml.add_space_prefix").value_or(true);
    nlohmann::json normalisers = nlohmann::json::array(), decoders = nlohmann::json::array();
    if (prefix) normalisers.push_back({{"type", "Prepend"}, {"prepend", kSpaceSymbol}});
    normalisers.push_back(replacing(" ", kSpaceSymbol));
    decoders = nlohmann::json::array({replacing(kSpaceSymbol, " "), {{"type", "ByteFallback"}}, {{"type", "Fuse"}}});
    if (prefix) decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
    const bool hasBytes = std::find(file.types.begin(), file.types.end(), kByte) != file.types.end();
    return nlohmann::json{{"version", "1.0"},
                          {"added_tokens", addedTokens(file.tokens, file.types)},
                          {"normalizer", {{"type", "Sequence"}, {"normalizers", normalisers}}},
                          {"pre_tokenizer", nullptr},
                          {"post_processor", postProcessor(file.header, file.tokens, true)},
                          {"decoder", {{"type", "Sequence"}, {"decoders", decoders}}},
                          {"model",
                           {{"type", "BPE"},
                            {"unk_token", file.tokens[unknown]},
                            {"fuse_unk", true},
                            {"byte_fallback", hasBytes},
                            {"vocab", idsOf(file.tokens)},
                            {"merges", mergesOfScores(file.tokens, *scores, joins)}}}};
}

}  // namespace

Result<GgufTokenizer> readGgufTokenizer(const std::filesystem::path& file)
{
    constexpr std::size_t kMostTokens = 4'194'304;
    const auto header = readGgufHeader(file);
    if (!header) return header.error();
    const auto refuse = [&](const std::string& what) {
        return invalidInput("bad-tokenizer", file.string() + ": " + what, file.string());
    };
    const std::string kind = header->get<std::string>("tokenizer.ggml.model").value_or("none");
    const auto* tokens = header->find<std::vector<std::string>>("tokenizer.ggml.tokens");
    if (kind != "gpt2" && kind != "llama")
        return refuse("a vocabulary of the kind \"" + kind + "\" is not supported; these are: gpt2, llama");
    if (tokens == nullptr || tokens->empty()) return refuse("it has no tokens");
    if (tokens->size() > kMostTokens)
        return refuse("it has " + std::to_string(tokens->size()) + " tokens, at most " + std::to_string(kMostTokens) + " are read");
    for (std::size_t id = 0; id < tokens->size(); ++id)
        if (!isValidUtf8((*tokens)[id])) return refuse("token " + std::to_string(id) + " is not UTF-8");
    const std::vector<std::int64_t> none, *types = header->find<std::vector<std::int64_t>>("tokenizer.ggml.token_type");
    const GgufVocabulary vocabulary{*header, header->get<std::string>("tokenizer.ggml.pre").value_or("none"), *tokens,
                                    types != nullptr ? *types : none};
    const auto tokenizer = kind == "llama" ? scoredVocabulary(vocabulary) : byteLevelVocabulary(vocabulary);
    if (!tokenizer) return refuse(tokenizer.error().message);
    const std::int64_t end = header->get<std::int64_t>("tokenizer.ggml.eos_token_id").value_or(-1);
    const bool isToken = end >= 0 && end < std::int64_t(tokens->size());
    return GgufTokenizer{tokenizer->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                         isToken ? std::int32_t(end) : -1};
}

}  // namespace moebel
