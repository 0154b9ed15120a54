#include "engine/text/tokenizer/byte_pair_model.h"
#include "engine/text/tokenizer/pipeline_parts.h"
#include "engine/text/tokenizer/unigram_model.h"
#include "engine/text/tokenizer/word_piece_model.h"

namespace moebel
{
namespace
{

using nlohmann::json;

std::string idFault(std::string_view token, const std::string& found)
{
    return "the id of \"" + std::string(token) + "\" is " + found.substr(0, 40) + ", expected 0 to " +
           std::to_string(kLargestVocabulary - 1);
}

Status setContent(const JsonPart& part, std::string_view token, std::int64_t id, TokenizerPipeline& pipeline)
{
    auto& contents = pipeline.contents;
    if (std::size_t(id) >= contents.size()) contents.resize(std::size_t(id) + 1);
    std::string& content = contents[std::size_t(id)];
    if (!content.empty() && content != token)
        return part.fault("\"" + content + "\" and \"" + std::string(token) + "\" have the same id " + std::to_string(id));
    content = token;
    return Done{};
}

Status checkIds(const JsonPart& part, const VocabularyList& list, TokenizerPipeline& pipeline)
{
    if (list.kind != VocabularyList::Kind::Object || (list.ids.empty() && !list.bad))
        return part.fault("vocab is not an object with tokens");
    for (std::size_t i = 0; i < list.ids.size(); ++i)
        if (Status set = setContent(part, list.ids[i].text, list.ids[i].number, pipeline); !set) return set;
    return list.bad ? Status(part.fault(idFault(list.bad->key, list.bad->found))) : Done{};
}

Status checkMerges(const JsonPart& part, const MergeList& merges)
{
    if (!merges.isArray) return part.fault("merges is not an array");
    if (!merges.bad) return Done{};
    const JsonPart merge(part.value(), part.where() + ".merges[" + std::to_string(merges.bad->index) + "]");
    const std::string& found = merges.bad->found;
    return found.starts_with('"') ? merge.fault(found + " is not two tokens with a space between them")
                                  : merge.fault("expected two tokens, found " + found);
}

Status readBytePairs(const JsonPart& part, bool byteLevel, TokenizerDocument& document, TokenizerPipeline& pipeline)
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
    if (Status read = checkIds(part, document.vocabulary, pipeline); !read) return read;
    if (Status read = checkMerges(part, document.merges); !read) return read;
    values.vocabulary = std::move(document.vocabulary.ids);
    values.merges = std::move(document.merges.pairs);
    auto model = BytePairModel::make(values);
    if (!model) return part.fault(model.error().message);
    pipeline.model = std::make_shared<const BytePairModel>(std::move(*model));
    return Done{};
}

Status readUnigram(const JsonPart& part, TokenizerDocument& document, TokenizerPipeline& pipeline)
{
    VocabularyList& list = document.vocabulary;
    if (list.kind != VocabularyList::Kind::Array || (list.scores.empty() && !list.bad))
        return part.fault("vocab is not an array with tokens and their scores");
    UnigramValues values;
    if (!part.has("unk_id")) return part.fault("unk_id is missing: an unknown character would have no token");
    values.unknown = part.number("unk_id", -1);
    values.byteFallback = part.flag("byte_fallback", false);
    for (std::size_t i = 0; i < list.scores.size(); ++i)
        if (Status set = setContent(part, list.scores[i].text, std::int64_t(i), pipeline); !set) return set;
    if (list.bad)
        return JsonPart(part.value(), part.where() + ".vocab[" + std::to_string(list.bad->index) + "]")
            .fault("expected a token and its score, found " + list.bad->found);
    values.vocabulary = std::move(list.scores);
    auto model = UnigramModel::make(values);
    if (!model) return part.fault(model.error().message);
    pipeline.model = std::make_shared<const UnigramModel>(std::move(*model));
    return Done{};
}

Status readWordPieces(const JsonPart& part, TokenizerDocument& document, TokenizerPipeline& pipeline)
{
    WordPieceValues values;
    values.unknown = part.word("unk_token", values.unknown);
    values.prefix = part.word("continuing_subword_prefix", values.prefix);
    values.longest = part.number("max_input_chars_per_word", values.longest);
    if (Status read = checkIds(part, document.vocabulary, pipeline); !read) return read;
    values.vocabulary = std::move(document.vocabulary.ids);
    auto model = WordPieceModel::make(values);
    if (!model) return part.fault(model.error().message);
    pipeline.model = std::make_shared<const WordPieceModel>(std::move(*model));
    return Done{};
}

}  // namespace

Status addContent(const JsonPart& part, const std::string& token, const json& number, TokenizerPipeline& pipeline)
{
    if (!number.is_number_integer() || number < 0 || number >= kLargestVocabulary) return part.fault(idFault(token, number.dump()));
    return setContent(part, token, number.get<std::int64_t>(), pipeline);
}

Status readModel(const JsonPart& part, bool byteLevel, TokenizerDocument& document, TokenizerPipeline& pipeline)
{
    const std::string type = part.word("type", "BPE");
    if (type == "BPE") return readBytePairs(part, byteLevel, document, pipeline);
    if (type != "Unigram" && type != "WordPiece") return part.unsupportedType();
    if (byteLevel) return part.unsupported("type \"" + type + "\" behind ByteLevel");
    return type == "Unigram" ? readUnigram(part, document, pipeline) : readWordPieces(part, document, pipeline);
}

}  // namespace moebel
