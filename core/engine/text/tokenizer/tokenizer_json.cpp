#include "engine/text/tokenizer/tokenizer_json.h"

#include <algorithm>
#include <array>

#include "engine/text/tokenizer/byte_pair_model.h"
#include "engine/text/tokenizer/pipeline_parts.h"
#include "moebel/base/file.h"
#include "moebel/base/gguf.h"
#include "moebel/base/hash.h"
#include "moebel/base/json_depth.h"

namespace moebel
{
namespace
{

using nlohmann::json;

constexpr std::uint64_t kLargestFile = std::uint64_t(256) << 20;
constexpr std::int64_t kLargestVocabulary = 4'194'304;
constexpr std::size_t kMostMerges = 8'388'608;

Status addContent(const JsonPart& part, const std::string& token, std::int64_t id, TokenizerPipeline& pipeline)
{
    if (id < 0 || id >= kLargestVocabulary)
        return part.fault("the id of \"" + token + "\" is " + std::to_string(id) + ", expected 0 to " +
                          std::to_string(kLargestVocabulary - 1));
    auto& contents = pipeline.contents;
    if (std::size_t(id) >= contents.size()) contents.resize(std::size_t(id) + 1);
    std::string& content = contents[std::size_t(id)];
    if (!content.empty() && content != token)
        return part.fault("\"" + content + "\" and \"" + token + "\" have the same id " + std::to_string(id));
    content = token;
    return Done{};
}

Status readMerges(const JsonPart& part, std::vector<std::pair<std::string, std::string>>& merges)
{
    if (part["merges"].value().size() > kMostMerges)
        return part.fault("there are more than " + std::to_string(kMostMerges) + " merges");
    return part.each("merges", [&](const JsonPart& merge) -> Status {
        const json& value = merge.value();
        if (value.is_string()) {
            const auto& text = value.get_ref<const std::string&>();
            const std::size_t space = text.find(' ');
            if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos)
                return merge.fault("\"" + text + "\" is not two tokens with a space between them");
            merges.emplace_back(text.substr(0, space), text.substr(space + 1));
            return Done{};
        }
        if (!value.is_array() || value.size() != 2 || !value[0].is_string() || !value[1].is_string())
            return merge.fault("expected two tokens, found " + value.dump().substr(0, 60));
        merges.emplace_back(value[0].get<std::string>(), value[1].get<std::string>());
        return Done{};
    });
}

Status readModel(const JsonPart& part, bool byteLevel, TokenizerPipeline& pipeline)
{
    if (part.word("type", "BPE") != "BPE") return part.unsupportedType();
    if (part.has("dropout") && part.value()["dropout"] != 0) return part.unsupported("dropout");
    for (const char* affix : {"continuing_subword_prefix", "end_of_word_suffix"})
        if (!part.word(affix).empty()) return part.unsupported(affix);
    const json& vocabulary = part["vocab"].value();
    if (!vocabulary.is_object() || vocabulary.empty()) return part.fault("vocab is not an object with tokens");
    BytePairValues values;
    values.byteLevel = byteLevel;
    values.byteFallback = part.flag("byte_fallback", false);
    values.fuseUnknown = part.flag("fuse_unk", false);
    values.ignoreMerges = part.flag("ignore_merges", false);
    if (part.has("unk_token")) values.unknown = part.word("unk_token");
    for (const auto& [token, id] : vocabulary.items()) {
        if (!id.is_number_integer()) return part.fault("the id of \"" + token + "\" is not a number");
        if (Status added = addContent(part, token, id, pipeline); !added) return added;
        values.vocabulary.emplace_back(token, id);
    }
    if (Status read = readMerges(part, values.merges); !read) return read;
    auto model = BytePairModel::make(values);
    if (!model) return part.fault(model.error().message);
    pipeline.model = std::make_shared<const BytePairModel>(std::move(*model));
    return Done{};
}

Status readAddedTokens(const JsonPart& root, TokenizerPipeline& pipeline)
{
    if (!root.has("added_tokens")) return Done{};
    return root.each("added_tokens", [&](const JsonPart& part) -> Status {
        AddedToken token{std::int32_t(part.number("id", -1)), part.word("content"),       part.flag("special", false),
                         part.flag("lstrip", false),          part.flag("rstrip", false), part.flag("single_word", false),
                         part.flag("normalized", false)};
        if (token.content.empty()) return part.fault("content is missing");
        if (Status added = addContent(part, token.content, part.number("id", -1), pipeline); !added) return added;
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

/// A setting that is not what it should be would silently be its default.
Status checkFlags(const JsonPart& part)
{
    constexpr std::array<std::string_view, 16> kFlags = {
        "byte_fallback", "fuse_unk", "ignore_merges",    "lstrip",     "rstrip",       "single_word",
        "normalized",    "special",  "add_prefix_space", "use_regex",  "trim_offsets", "individual_digits",
        "invert",        "split",    "strip_left",       "strip_right"};
    const json& value = part.value();
    if (value.is_array())
        for (const json& item : value)
            if (Status checked = checkFlags(JsonPart(item, part.where())); !checked) return checked;
    if (!value.is_object()) return Done{};
    for (const auto& [key, item] : value.items()) {
        if (key == "vocab" || key == "merges") continue;
        const bool isFlag = std::find(kFlags.begin(), kFlags.end(), key) != kFlags.end();
        if (isFlag && !item.is_boolean() && !item.is_null())
            return part.fault(key + " is " + item.dump().substr(0, 40) + ", expected true or false");
        if (Status checked = checkFlags(JsonPart(item, part.where() + "." + key)); !checked) return checked;
    }
    return Done{};
}

json jsonBeside(const std::filesystem::path& file)
{
    const auto text = readFile(file, kLargestFile);
    return text && isShallowJson(*text) ? json::parse(*text, nullptr, /*allow_exceptions=*/false) : json();
}

std::int32_t idOf(const TokenizerPipeline& pipeline, const std::string& token)
{
    const auto found = std::find(pipeline.contents.begin(), pipeline.contents.end(), token);
    return token.empty() || found == pipeline.contents.end() ? -1 : std::int32_t(found - pipeline.contents.begin());
}

/// From the files beside it; else the first of the usual names.
std::int32_t findEndOfDocument(const TokenizerPipeline& pipeline)
{
    if (pipeline.file.extension() == ".gguf") {
        const auto header = readGgufHeader(pipeline.file);
        const std::int64_t id = header ? header->get<std::int64_t>("tokenizer.ggml.eos_token_id").value_or(-1) : -1;
        return id < std::int64_t(pipeline.contents.size()) ? std::int32_t(id) : -1;
    }
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

Result<TokenizerPipeline> readTokenizerJson(const std::string& text, const std::filesystem::path& file)
{
    if (!isShallowJson(text))
        return invalidInput("bad-tokenizer", file.string() + ": its objects are nested too deeply", file.string());
    const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
    const JsonPart root(object, file.string());
    if (!object.is_object() || !root.has("model"))
        return root.fault("this is no tokenizer: there is no object with a \"model\"");
    if (Status checked = checkFlags(root); !checked) return checked.error();
    TokenizerPipeline pipeline;
    pipeline.file = file;
    pipeline.hash = sha256Hex(text);
    bool byteLevel = false;
    if (Status read = readNormaliser(root["normalizer"], pipeline.normaliser); !read) return read.error();
    if (Status read = readPreTokeniser(root["pre_tokenizer"], pipeline, byteLevel); !read) return read.error();
    if (Status read = readModel(root["model"], byteLevel, pipeline); !read) return read.error();
    if (Status read = readAddedTokens(root, pipeline); !read) return read.error();
    if (Status read = readPostProcessor(root["post_processor"], pipeline.frame); !read) return read.error();
    if (Status read = readDecoder(root["decoder"], pipeline.decoders); !read) return read.error();
    for (const auto* ids : {&pipeline.frame.before, &pipeline.frame.after})
        for (const std::int32_t id : *ids)
            if (id < 0 || std::size_t(id) >= pipeline.contents.size())
                return root["post_processor"].fault("it adds token " + std::to_string(id) + ", which is not in the vocabulary");
    pipeline.endOfDocument = findEndOfDocument(pipeline);
    return pipeline;
}

}  // namespace moebel
