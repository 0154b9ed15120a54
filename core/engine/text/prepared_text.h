// From a description to mapped token shards: import, split, tokenizer, tokenise; cached by content hash.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/text/corpus.h"
#include "engine/text/token_shard.h"
#include "engine/text/tokenizer.h"

namespace moebel {

struct LanguageText {
    Language language;
    TokenShard training;
    TokenShard heldout;
    std::int64_t trainingDocuments = 0;
    std::int64_t trainingBytes = 0;
    std::int64_t heldoutDocuments = 0;
    std::string sample;  ///< a first sentence, for eyes
};

struct PreparedText {
    std::unique_ptr<Tokenizer> tokenizer;
    std::vector<LanguageText> languages;  ///< in the experiment's order
    std::string hash;                     ///< of all shards and the tokenizer
    std::vector<std::string> warnings;
};

/// With tokenizer.path as the tokenizer of the model in `baseModel`, where the description starts from a model and names no other
/// one; so the run, its check, the table of texts and the tokenizer report all use the same. Error: there is no model.
Result<Experiment> withBaseTokenizer(Experiment experiment, const std::filesystem::path& baseModel);

/// `progress(what, fraction)` is called from this thread. A second call with the same text takes milliseconds.
Result<PreparedText> prepareText(const Experiment& experiment, const std::filesystem::path& experimentFolder,
                                 const std::filesystem::path& cacheFolder,
                                 const std::function<void(const std::string&, double)>& progress);

/// What an earlier prepareText() has left in the cache for the same text; none when it would have to be made. Takes milliseconds.
std::optional<PreparedText> findPreparedText(const Experiment& experiment, const std::filesystem::path& experimentFolder,
                                             const std::filesystem::path& cacheFolder);

/// Whether an earlier prepareText() has left the same text in the cache, by its index and its files' names: whoever opens it checks
/// that they are whole.
bool isTextPrepared(const Experiment& experiment, const std::filesystem::path& experimentFolder, const std::filesystem::path& cacheFolder);

}  // namespace moebel
