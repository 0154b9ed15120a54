#include "engine/text/tokenizer/tokenizer_json.h"

#include <algorithm>
#include <array>

#include "engine/text/tokenizer/pipeline_parts.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"
#include "moebel/base/json_depth.h"

namespace moebel
{
namespace
{

using nlohmann::json;

constexpr std::uint64_t kLargestFile = std::uint64_t(256) << 20;
constexpr std::size_t kLongestAddedToken = 1024;  // a text is compared with so many bytes at every place

Status readAddedTokens(const JsonPart& root, TokenizerPipeline& pipeline)
{
    if (!root.has("added_tokens")) return Done{};
    return root.each("added_tokens", [&](const JsonPart& part) -> Status {
        AddedToken token{std::int32_t(part.number("id", -1)), part.word("content"),       part.flag("special", false),
                         part.flag("lstrip", false),          part.flag("rstrip", false), part.flag("single_word", false),
                         part.flag("normalized", false)};
        if (token.content.empty()) return part.fault("content is missing");
        if (token.content.size() > kLongestAddedToken)
            return part.fault("content has " + std::to_string(token.content.size()) + " bytes, at most " +
                              std::to_string(kLongestAddedToken) + " are read");
        if (Status added = addContent(part, token.content, part["id"].value(), pipeline); !added) return added;
        if (token.special) pipeline.special.insert(token.id);
        if (!token.normalized) {
            pipeline.rawTokens.add(std::move(token));
            return Done{};
        }
        token.content = std::string(applied(pipeline.normaliser, AlignedText(token.content, 0)).text());
        pipeline.normalisedTokens.add(std::move(token));
        return Done{};
    });
}

/// What kind of value a setting has; empty for one that is not looked at here.
std::string_view kindOf(std::string_view key)
{
    constexpr std::array<std::string_view, 21> kFlags = {
        "byte_fallback", "fuse_unk",   "ignore_merges",     "lstrip",    "rstrip",       "single_word",          "normalized",
        "special",       "use_regex",  "add_prefix_space",  "cleanup",   "trim_offsets", "handle_chinese_chars", "invert",
        "split",         "strip_left", "individual_digits", "lowercase", "strip_right",  "strip_accents",        "clean_text"};
    constexpr std::array<std::string_view, 9> kWords = {"type",     "prepend_scheme", "replacement",
                                                        "prepend",  "content",        "prefix",
                                                        "behavior", "unk_token",      "continuing_subword_prefix"};
    constexpr std::array<std::string_view, 4> kNumbers = {"unk_id", "max_input_chars_per_word", "start", "stop"};
    const auto holds = [key](const auto& list) { return std::find(list.begin(), list.end(), key) != list.end(); };
    return holds(kFlags) ? "true or false" : holds(kWords) ? "a text" : holds(kNumbers) ? "a number" : "";
}

/// A setting that is not what it should be would silently be its default.
Status checkSettings(const JsonPart& part)
{
    const json& value = part.value();
    if (value.is_array())
        for (const json& item : value)
            if (Status checked = checkSettings(JsonPart(item, part.where())); !checked) return checked;
    if (!value.is_object()) return Done{};
    for (const auto& [key, item] : value.items()) {
        if (key == "special_tokens") continue;
        const std::string_view kind = kindOf(key);
        const bool fits = kind.empty() || item.is_null() || (kind == "a text" && item.is_string()) ||
                          (kind == "a number" && item.is_number_integer()) || (kind == "true or false" && item.is_boolean());
        if (!fits) return part.fault(key + " is " + item.dump().substr(0, 40) + ", expected " + std::string(kind));
        if (Status checked = checkSettings(JsonPart(item, part.where() + "." + key)); !checked) return checked;
    }
    return Done{};
}

std::int32_t idOf(const TokenizerPipeline& pipeline, const std::string& token)
{
    const auto found = std::find(pipeline.contents.begin(), pipeline.contents.end(), token);
    return token.empty() || found == pipeline.contents.end() ? -1 : std::int32_t(found - pipeline.contents.begin());
}

/// From the files beside it; else the first of the usual names.
std::int32_t findEndOfDocument(const TokenizerPipeline& pipeline)
{
    const std::filesystem::path folder = pipeline.file.parent_path();
    const json named = jsonBeside(folder / "tokenizer_config.json");
    const JsonPart config(named, {});
    const std::string token = config.word("eos_token", config["eos_token"].word("content"));
    if (const std::int32_t id = idOf(pipeline, token); id >= 0) return id;
    for (const char* file : {"generation_config.json", "config.json"}) {
        const json numbered = jsonBeside(folder / file);
        const JsonPart part(numbered, {});
        const json& id = part["eos_token_id"].value();
        const json& first = id.is_array() && !id.empty() ? id.front() : id;
        if (first.is_number_integer() && first >= 0 && first < pipeline.contents.size()) return first;
    }
    for (const char* usual : {"</s>", "<|endoftext|>", "<|end_of_text|>", "<eos>", "<|im_end|>"})
        if (const std::int32_t id = idOf(pipeline, usual); id >= 0 && pipeline.special.contains(id)) return id;
    return -1;
}

}  // namespace

json jsonBeside(const std::filesystem::path& file)
{
    const auto text = readFile(file, kLargestFile);
    return text && jsonExcess(*text).empty() ? json::parse(*text, nullptr, /*allow_exceptions=*/false) : json();
}

Result<TokenizerPipeline> readTokenizerJson(const std::string& text, const std::filesystem::path& file,
                                            std::optional<std::int32_t> endOfDocument)
{
    auto document = readTokenizerDocument(text);
    if (!document) return invalidInput("bad-tokenizer", file.string() + ": " + document.error().message, file.string());
    const JsonPart root(document->rest, file.string());
    if (Status checked = checkSettings(root); !checked) return checked.error();
    TokenizerPipeline pipeline;
    pipeline.file = file;
    pipeline.hash = sha256Hex(text);
    bool byteLevel = false;
    if (Status read = readNormaliser(root["normalizer"], pipeline.normaliser); !read) return read.error();
    if (Status read = readPreTokeniser(root["pre_tokenizer"], pipeline, byteLevel); !read) return read.error();
    if (Status read = readModel(root["model"], byteLevel, *document, pipeline); !read) return read.error();
    if (Status read = readAddedTokens(root, pipeline); !read) return read.error();
    if (Status read = readPostProcessor(root["post_processor"], pipeline.frame); !read) return read.error();
    if (Status read = readDecoder(root["decoder"], pipeline.decoders); !read) return read.error();
    for (const auto* ids : {&pipeline.frame.before, &pipeline.frame.after})
        for (const std::int32_t id : *ids)
            if (id < 0 || std::size_t(id) >= pipeline.contents.size())
                return root["post_processor"].fault("it adds token " + std::to_string(id) + ", which is not in the vocabulary");
    pipeline.endOfDocument = endOfDocument ? *endOfDocument : findEndOfDocument(pipeline);
    return pipeline;
}

}  // namespace moebel
