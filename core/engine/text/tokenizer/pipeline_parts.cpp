#include "engine/text/tokenizer/pipeline_parts.h"

#include <utility>

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
    pipeline.splits.push_back({std::move(*pattern), behaviour, invert});
    return Done{};
}

Status readSplit(const JsonPart& part, TokenizerPipeline& pipeline)
{
    const auto behaviour = readBehaviour(part);
    if (!behaviour) return behaviour.error();
    const JsonPart pattern = part["pattern"];
    const bool isLiteral = pattern.has("String");
    const std::string text = pattern.word(isLiteral ? "String" : "Regex");
    if (text.empty() || text.size() > kLongestPattern)
        return pattern.fault("the pattern has " + std::to_string(text.size()) + " bytes, expected 1 to " +
                             std::to_string(kLongestPattern));
    return addSplit(isLiteral ? TextPattern::literal(text) : TextPattern::expression(text), *behaviour,
                    part.flag("invert", false), part, pipeline);
}

/// A step that writes marks must come before those that split: after them it would mark every piece.
Status addMark(const JsonPart& part, TextStep step, TokenizerPipeline& pipeline)
{
    if (!pipeline.splits.empty()) return part.unsupported("type \"" + part.type() + "\" with a mark behind another split");
    pipeline.marks.push_back(std::move(step));
    return Done{};
}

Status readByteLevel(const JsonPart& part, TokenizerPipeline& pipeline)
{
    if (part.flag("add_prefix_space", true))
        if (Status added = addMark(part, prefixSpace(), pipeline); !added) return added;
    if (!part.flag("use_regex", true)) return Done{};
    return addSplit(TextPattern::expression(kGpt2), SplitBehaviour::Isolated, false, part, pipeline);
}

Status readMetaspace(const JsonPart& part, TokenizerPipeline& pipeline)
{
    const auto scheme = readScheme(part);
    if (!scheme) return scheme.error();
    const std::string mark = part.word("replacement", "\u2581");
    if (Status added = addMark(part, metaspace(mark, *scheme), pipeline); !added) return added;
    if (!part.flag("split", true)) return Done{};
    return addSplit(TextPattern::literal(mark), SplitBehaviour::MergedWithNext, false, part, pipeline);
}

Status addUnicode(const char* name, bool decompose, TextSteps& steps)
{
    auto step = unicodeNormalisation(name, decompose);
    if (!step) return step.error();
    steps.push_back(std::move(*step));
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
            if (!value.is_number_integer()) return piece.fault("an id of \"" + id + "\" is not a number");
            (behind ? frame.after : frame.before).push_back(value.get<std::int32_t>());
        }
        return Done{};
    });
    if (read && !behind) return part.fault("the template has no sequence");
    return read;
}

Status readPair(const JsonPart& part, const char* key, std::vector<std::int32_t>& ids)
{
    const auto& pair = part[key].value();
    if (!pair.is_array() || pair.size() != 2 || !pair[1].is_number_integer())
        return part.fault(std::string(key) + " is not a pair of a token and its id");
    ids.push_back(pair[1].get<std::int32_t>());
    return Done{};
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
    if (type == "Lowercase") {
        steps.push_back(lowercase());
    } else if (type == "Strip") {
        steps.push_back(stripped(part.flag("strip_left", true), part.flag("strip_right", true)));
    } else if (type == "Prepend") {
        steps.push_back(prepended(part.word("prepend")));
    } else if (type == "Replace") {
        if (!part["pattern"].has("String")) return part.unsupported("a Replace whose pattern is an expression");
        steps.push_back(replaced(part["pattern"].word("String"), part.word("content")));
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
