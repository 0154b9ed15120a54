// tokenizer.json as JSON, without the memory that its vocabulary and its merges would need as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "engine/text/tokenizer/text_lists.h"
#include "moebel/base/result.h"

namespace moebel
{

constexpr std::int64_t kLargestVocabulary = 4'194'304;
constexpr std::size_t kMostMerges = 8'388'608;

/// The first item of a list that is not what it should be; those behind it are not kept.
struct BadItem {
    std::size_t index = 0;
    std::string key, found;  ///< of an object; its value as JSON, shortened
};

/// "vocab" of the model: an object of tokens and ids, or an array of tokens and scores.
struct VocabularyList {
    enum class Kind { Missing, Object, Array };
    Kind kind = Kind::Missing;
    NumberedTexts<std::int32_t> ids;
    NumberedTexts<double> scores;
    std::optional<BadItem> bad;
};

/// "merges" of the model: texts with a space inside, or pairs.
struct MergeList {
    bool isArray = false;
    TextPairs pairs;
    std::optional<BadItem> bad;
};

struct TokenizerDocument {
    nlohmann::json rest;  ///< everything else; members that no part reads are left out
    VocabularyList vocabulary;
    MergeList merges;
};

/// Error: what is wrong, without the file. Nesting is at most 64 deep, `rest` has at most 500,000 values.
Result<TokenizerDocument> readTokenizerDocument(const std::string& text);

}  // namespace moebel
