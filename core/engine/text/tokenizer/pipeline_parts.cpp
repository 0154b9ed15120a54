#include "engine/text/tokenizer/pipeline_parts.h"

#include <limits>
#include <optional>
#include <utility>

#include "engine/text/tokenizer/code_points.h"

namespace moebel
{
namespace
{

constexpr std::size_t kLongestPattern = 4096;
/// What ByteLevel splits by (GPT-2).
constexpr const char* kGpt2 = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

Result<SplitBehaviour> readBehaviour(const JsonPart& part)
{
    const std::string word = part.word("behavior");
    if (word == "Isolated") return SplitBehaviour::Isolated;
    if (word == "Removed") return SplitBehaviour::Removed;
    if (word == "Contiguous") return SplitBehaviour::Contiguous;
    if (word == "MergedWithPrevious") return SplitBehaviour::MergedWithPrevious;
    if (word == "MergedWithNext") return SplitBehaviour::MergedWithNext;
    return part.unsupported("behavior \"" + word + "\"");
}

Result<PrependScheme> readScheme(const JsonPart& part)
{
    const std::string word = part.word("prepend_scheme", part.flag("add_prefix_space", true) ? "always" : "never");
    if (word == "always") return PrependScheme::Always;
    if (word == "first") return PrependScheme::First;
    if (word == "never") return PrependScheme::Never;
    return part.unsupported("prepend_scheme \"" + word + "\"");
}

Status addSplit(Result<TextPattern> pattern, SplitBehaviour behaviour, bool invert, const JsonPart& part,
                TokenizerPipeline& pipeline)
{
    if (!pattern) return part.fault(pattern.error().message);
    pipeline.stages.back().splits.push_back({std::move(*pattern), behaviour, invert});
    return Done{};
}

Result<TextPattern> readPattern(const JsonPart& part)
{
    const bool isLiteral = part.has("String");
    const std::string text = part.word(isLiteral ? "String" : "Regex");
    if (text.empty() || text.size() > kLongestPattern)
        return part.fault("the pattern has " + std::to_string(text.size()) + " bytes, expected 1 to " +
                          std::to_string(kLongestPattern));
    auto pattern = isLiteral ? TextPattern::literal(text) : TextPattern::expression(text);
    if (!pattern) return part.fault(pattern.error().message);
    return pattern;
}

Status readSplit(const JsonPart& part, TokenizerPipeline& pipeline)
{
    const auto behaviour = readBehaviour(part);
    if (!behaviour) return behaviour.error();
    auto pattern = readPattern(part["pattern"]);
    if (!pattern) return pattern.error();
    pipeline.stages.back().splits.push_back({std::move(*pattern), *behaviour, part.flag("invert", false)});
    return Done{};
}

/// Behind a split, marks are written into every piece of it.
void addMark(TextStep step, TokenizerPipeline& pipeline)
{
    if (!pipeline.stages.back().splits.empty()) pipeline.stages.emplace_back();
    pipeline.stages.back().marks.push_back(std::move(step));
}

void addCharacterSplit(std::uint8_t bits, SplitBehaviour behaviour, TokenizerPipeline& pipeline)
{
    pipeline.stages.back().splits.push_back({TextPattern::characters(bits), behaviour, false});
}

Status readByteLevel(const JsonPart& part, TokenizerPipeline& pipeline)
{
    if (part.flag("add_prefix_space", true)) addMark(prefixSpace(), pipeline);
    if (!part.flag("use_regex", true)) return Done{};
    return addSplit(TextPattern::expression(kGpt2), SplitBehaviour::Isolated, false, part, pipeline);
}

Status readMetaspace(const JsonPart& part, TokenizerPipeline& pipeline)
{
    const auto scheme = readScheme(part);
    if (!scheme) return scheme.error();
    const std::string mark = part.word("replacement", "\u2581");
    addMark(metaspace(mark, *scheme), pipeline);
    if (!part.flag("split", true)) return Done{};
    return addSplit(TextPattern::literal(mark), SplitBehaviour::MergedWithNext, false, part, pipeline);
}

std::optional<std::string> bytesOfBase64(std::string_view text)
{
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    while (text.ends_with('=')) text.remove_suffix(1);
    for (const char digit : text) {
        const std::size_t value = kDigits.find(digit);
        if (value == std::string_view::npos) return std::nullopt;
        bits = (bits << 6) | std::uint32_t(value);
        if ((count += 6) < 8) continue;
        count -= 8;
        bytes += char((bits >> count) & 0xFF);
    }
    return bytes;
}

Status addUnicode(const char* name, bool decompose, TextSteps& steps)
{
    auto step = unicodeNormalisation(name, decompose);
    if (!step) return step.error();
    steps.push_back(std::move(*step));
    return Done{};
}

Status readReplace(const JsonPart& part, TextSteps& steps)
{
    if (part["pattern"].has("String")) {
        steps.push_back(replaced(part["pattern"].word("String"), part.word("content")));
        return Done{};
    }
    const auto pattern = readPattern(part["pattern"]);
    if (!pattern) return pattern.error();
    steps.push_back(replaced(*pattern, part.word("content")));
    return Done{};
}

Status readBert(const JsonPart& part, TextSteps& steps)
{
    const bool lower = part.flag("lowercase", true);
    if (part.flag("clean_text", true)) steps.push_back(cleaned());
    if (part.flag("handle_chinese_chars", true)) steps.push_back(spacedIdeographs());
    if (part.flag("strip_accents", lower)) {
        if (Status added = addUnicode("nfc", true, steps); !added) return added;
        steps.push_back(withoutAccents());
    }
    if (lower) steps.push_back(lowercase());
    return Done{};
}

Status readCharactersMap(const JsonPart& part, TextSteps& steps)
{
    const auto bytes = bytesOfBase64(part.word("precompiled_charsmap"));
    if (!bytes) return part.fault("precompiled_charsmap is not in base64");
    auto map = CharactersMap::read(*bytes);
    if (!map) return part.fault(map.error().message);
    steps.push_back(mapped(std::move(*map)));
    return Done{};
}

/// Whether there is such a token is looked at when all are known.
Status addId(const JsonPart& part, const nlohmann::json& value, std::vector<std::int32_t>& ids)
{
    if (!value.is_number_integer() || value < 0 || value > std::numeric_limits<std::int32_t>::max())
        return part.fault("the id of a mark is " + value.dump().substr(0, 40) + ", expected a number of the vocabulary");
    ids.push_back(value.get<std::int32_t>());
    return Done{};
}

Status readFrame(const JsonPart& part, SpecialFrame& frame)
{
    bool behind = false;
    Status read = part.each("single", [&](const JsonPart& piece) -> Status {
        if (piece.has("Sequence")) {
            if (std::exchange(behind, true)) return piece.unsupported("a second sequence in a template");
            return Done{};
        }
        const std::string id = piece["SpecialToken"].word("id");
        const auto& tokens = part["special_tokens"].value();
        if (!tokens.is_object() || !tokens.contains(id) || !tokens[id].is_object() || !tokens[id].contains("ids"))
            return piece.fault("\"" + id + "\" is not in special_tokens");
        for (const auto& value : tokens[id]["ids"]) {
            if (Status added = addId(piece, value, behind ? frame.after : frame.before); !added) return added;
        }
        return Done{};
    });
    if (read && !behind) return part.fault("the template has no sequence");
    return read;
}

Status readPair(const JsonPart& part, const char* key, std::vector<std::int32_t>& ids)
{
    const auto& pair = part[key].value();
    if (!pair.is_array() || pair.size() != 2) return part.fault(std::string(key) + " is not a pair of a token and its id");
    return addId(part, pair[1], ids);
}

}  // namespace

Status readNormaliser(const JsonPart& part, TextSteps& steps)
{
    if (part.value().is_null()) return Done{};
    const std::string type = part.type();
    if (type == "Sequence")
        return part.each("normalizers", [&](const JsonPart& inner) { return readNormaliser(inner, steps); });
    if (type == "NFC") return addUnicode("nfc", false, steps);
    if (type == "NFD") return addUnicode("nfc", true, steps);
    if (type == "NFKC") return addUnicode("nfkc", false, steps);
    if (type == "NFKD") return addUnicode("nfkc", true, steps);
    if (type == "Replace") return readReplace(part, steps);
    if (type == "BertNormalizer") return readBert(part, steps);
    if (type == "Precompiled") return readCharactersMap(part, steps);
    if (type == "Lowercase") {
        steps.push_back(lowercase());
    } else if (type == "Strip") {
        steps.push_back(stripped(part.flag("strip_left", true), part.flag("strip_right", true)));
    } else if (type == "Prepend") {
        steps.push_back(prepended(part.word("prepend")));
    } else if (type == "StripAccents") {
        steps.push_back(withoutMarks());
    } else {
        return part.unsupportedType();
    }
    return Done{};
}

Status readPreTokeniser(const JsonPart& part, TokenizerPipeline& pipeline, bool& byteLevel)
{
    if (part.value().is_null()) return Done{};
    const std::string type = part.type();
    if (byteLevel) return part.unsupported("a pre-tokenizer behind ByteLevel");
    if (type == "Sequence")
        return part.each("pretokenizers", [&](const JsonPart& inner) { return readPreTokeniser(inner, pipeline, byteLevel); });
    if (type == "ByteLevel") {
        const Status read = readByteLevel(part, pipeline);
        byteLevel = true;
        return read;
    }
    if (type == "Split") return readSplit(part, pipeline);
    if (type == "Metaspace") return readMetaspace(part, pipeline);
    if (type == "Digits") {
        const auto behaviour = part.flag("individual_digits", false) ? SplitBehaviour::Isolated : SplitBehaviour::Contiguous;
        return addSplit(TextPattern::expression("\\p{N}"), behaviour, false, part, pipeline);
    }
    if (type == "Whitespace") return addSplit(TextPattern::words(), SplitBehaviour::Removed, true, part, pipeline);
    if (type == "WhitespaceSplit" || type == "BertPreTokenizer")
        addCharacterSplit(kWhiteSpace, SplitBehaviour::Removed, pipeline);
    if (type == "BertPreTokenizer") addCharacterSplit(kPunctuation, SplitBehaviour::Isolated, pipeline);
    if (type == "WhitespaceSplit" || type == "BertPreTokenizer") return Done{};
    if (type == "Punctuation") {
        const auto behaviour = part.has("behavior") ? readBehaviour(part) : SplitBehaviour::Isolated;
        if (!behaviour) return behaviour.error();
        addCharacterSplit(kPunctuation, *behaviour, pipeline);
        return Done{};
    }
    return part.unsupportedType();
}

Status readPostProcessor(const JsonPart& part, SpecialFrame& frame)
{
    const std::string type = part.type();
    if (part.value().is_null() || type == "ByteLevel") return Done{};  // ByteLevel only trims offsets
    if (type == "Sequence")
        return part.each("processors", [&](const JsonPart& inner) { return readPostProcessor(inner, frame); });
    if (type == "TemplateProcessing") return readFrame(part, frame);
    if (type != "RobertaProcessing" && type != "BertProcessing") return part.unsupportedType();
    if (Status read = readPair(part, "cls", frame.before); !read) return read;
    return readPair(part, "sep", frame.after);
}

Status readDecoder(const JsonPart& part, std::vector<TokenDecoder>& decoders)
{
    if (part.value().is_null()) return Done{};
    const std::string type = part.type();
    if (type == "Sequence") return part.each("decoders", [&](const JsonPart& inner) { return readDecoder(inner, decoders); });
    if (type == "ByteLevel") {
        decoders.push_back(DecodeByteLevel{});
    } else if (type == "ByteFallback") {
        decoders.push_back(DecodeByteFallback{});
    } else if (type == "Fuse") {
        decoders.push_back(DecodeFuse{});
    } else if (type == "Replace") {
        if (!part["pattern"].has("String")) return part.unsupported("a Replace whose pattern is an expression");
        decoders.push_back(DecodeReplace{part["pattern"].word("String"), part.word("content")});
    } else if (type == "Strip") {
        decoders.push_back(DecodeStrip{part.word("content", " "), part.number("start", 0), part.number("stop", 0)});
    } else if (type == "WordPiece") {
        decoders.push_back(DecodeWordPiece{part.word("prefix", "##"), part.flag("cleanup", true)});
    } else if (type == "Metaspace") {
        const auto scheme = readScheme(part);
        if (!scheme) return scheme.error();
        decoders.push_back(DecodeMetaspace{part.word("replacement", "\u2581"), *scheme});
    } else {
        return part.unsupportedType();
    }
    return Done{};
}

}  // namespace moebel
