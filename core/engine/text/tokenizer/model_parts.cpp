#include "engine/text/tokenizer/byte_pair_model.h"
#include "engine/text/tokenizer/pipeline_parts.h"
#include "engine/text/tokenizer/unigram_model.h"
#include "engine/text/tokenizer/word_piece_model.h"

namespace moebel
{
namespace
{

using nlohmann::json;
using Vocabulary = std::vector<std::pair<std::string, std::int32_t>>;

constexpr std::int64_t kLargestVocabulary = 4'194'304;
constexpr std::size_t kMostMerges = 8'388'608;

/// {"token": id, ...}
Status readVocabulary(const JsonPart& part, Vocabulary& tokens, TokenizerPipeline& pipeline)
{
    const json& vocabulary = part["vocab"].value();
    if (!vocabulary.is_object() || vocabulary.empty()) return part.fault("vocab is not an object with tokens");
    for (const auto& [token, id] : vocabulary.items()) {
        if (Status added = addContent(part, token, id, pipeline); !added) return added;
        tokens.emplace_back(token, id);
    }
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

Status readBytePairs(const JsonPart& part, bool byteLevel, TokenizerPipeline& pipeline)
{
    if (part.has("dropout") && part.value()["dropout"] != 0) return part.unsupported("dropout");
    for (const char* affix : {"continuing_subword_prefix", "end_of_word_suffix"})
        if (!part.word(affix).empty()) return part.unsupported(affix);
    BytePairValues values;
    values.byteLevel = byteLevel;
    values.byteFallback = part.flag("byte_fallback", false);
    values.fuseUnknown = part.flag("fuse_unk", false);
    values.ignoreMerges = part.flag("ignore_merges", false);
    if (part.has("unk_token")) values.unknown = part.word("unk_token");
    if (Status read = readVocabulary(part, values.vocabulary, pipeline); !read) return read;
    if (Status read = readMerges(part, values.merges); !read) return read;
    auto model = BytePairModel::make(values);
    if (!model) return part.fault(model.error().message);
    pipeline.model = std::make_shared<const BytePairModel>(std::move(*model));
    return Done{};
}

Status readUnigram(const JsonPart& part, TokenizerPipeline& pipeline)
{
    const json& vocabulary = part["vocab"].value();
    if (!vocabulary.is_array() || vocabulary.empty()) return part.fault("vocab is not an array with tokens and their scores");
    UnigramValues values;
    if (!part.has("unk_id")) return part.fault("unk_id is missing: an unknown character would have no token");
    values.unknown = part.number("unk_id", -1);
    values.byteFallback = part.flag("byte_fallback", false);
    Status read = part.each("vocab", [&](const JsonPart& entry) -> Status {
        const json& pair = entry.value();
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_number())
            return entry.fault("expected a token and its score, found " + pair.dump().substr(0, 60));
        values.vocabulary.emplace_back(pair[0].get<std::string>(), pair[1].get<double>());
        return addContent(entry, values.vocabulary.back().first, values.vocabulary.size() - 1, pipeline);
    });
    if (!read) return read;
    auto model = UnigramModel::make(values);
    if (!model) return part.fault(model.error().message);
    pipeline.model = std::make_shared<const UnigramModel>(std::move(*model));
    return Done{};
}

Status readWordPieces(const JsonPart& part, TokenizerPipeline& pipeline)
{
    WordPieceValues values;
    values.unknown = part.word("unk_token", values.unknown);
    values.prefix = part.word("continuing_subword_prefix", values.prefix);
    values.longest = part.number("max_input_chars_per_word", values.longest);
    if (Status read = readVocabulary(part, values.vocabulary, pipeline); !read) return read;
    auto model = WordPieceModel::make(values);
    if (!model) return part.fault(model.error().message);
    pipeline.model = std::make_shared<const WordPieceModel>(std::move(*model));
    return Done{};
}

}  // namespace

Status addContent(const JsonPart& part, const std::string& token, const json& number, TokenizerPipeline& pipeline)
{
    if (!number.is_number_integer() || number < 0 || number >= kLargestVocabulary)
        return part.fault("the id of \"" + token + "\" is " + number.dump().substr(0, 40) + ", expected 0 to " +
                          std::to_string(kLargestVocabulary - 1));
    const auto id = number.get<std::int64_t>();
    auto& contents = pipeline.contents;
    if (std::size_t(id) >= contents.size()) contents.resize(std::size_t(id) + 1);
    std::string& content = contents[std::size_t(id)];
    if (!content.empty() && content != token)
        return part.fault("\"" + content + "\" and \"" + token + "\" have the same id " + std::to_string(id));
    content = token;
    return Done{};
}

Status readModel(const JsonPart& part, bool byteLevel, TokenizerPipeline& pipeline)
{
    const std::string type = part.word("type", "BPE");
    if (type == "BPE") return readBytePairs(part, byteLevel, pipeline);
    if (type != "Unigram" && type != "WordPiece") return part.unsupportedType();
    if (byteLevel) return part.unsupported("type \"" + type + "\" behind ByteLevel");
    return type == "Unigram" ? readUnigram(part, pipeline) : readWordPieces(part, pipeline);
}

}  // namespace moebel
