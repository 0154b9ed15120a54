// What a preparation of text left in the cache, found again by the fingerprint of its sources: prepared/<fingerprint>.json.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "moebel/base/result.h"

namespace moebel {

/// A language's line of the index.
struct PreparedLanguage {
    std::string code;
    std::string trainingHash;  ///< of the shards' contents
    std::string heldoutHash;
    std::int64_t trainingDocuments = 0;
    std::int64_t trainingBytes = 0;
    std::int64_t heldoutDocuments = 0;
    std::string sample;
    bool operator==(const PreparedLanguage&) const = default;
};

struct PreparedIndex {
    std::string tokenizerFile;
    std::string tokenizerHash;
    std::string shardFolder;
    std::vector<PreparedLanguage> languages;
    std::vector<std::string> warnings;
    bool operator==(const PreparedIndex&) const = default;
};

/// `part`: "train" or "heldout".
std::filesystem::path preparedShardFile(const PreparedIndex& index, const std::string& code, const std::string& part);

/// None when there is none, or it is not of this version, or damaged: then the text is prepared anew.
std::optional<PreparedIndex> readPreparedIndex(const std::filesystem::path& file);
Status writePreparedIndex(const std::filesystem::path& file, const PreparedIndex& index);

}  // namespace moebel
