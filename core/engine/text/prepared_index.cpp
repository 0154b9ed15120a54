#include "engine/text/prepared_index.h"

#include <nlohmann/json.hpp>

#include "moebel/base/file.h"

namespace moebel {

namespace {

constexpr int kVersion = 1;
constexpr std::uint64_t kLargestIndex = std::uint64_t(64) << 20;

}  // namespace

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PreparedLanguage, code, trainingHash, heldoutHash, trainingDocuments, trainingBytes,
                                   heldoutDocuments, sample)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PreparedIndex, tokenizerFile, tokenizerHash, shardFolder, languages, warnings)

std::filesystem::path preparedShardFile(const PreparedIndex& index, const std::string& code, const std::string& part)
{
    return std::filesystem::path(index.shardFolder) / (code + "." + part + ".bin");
}

std::optional<PreparedIndex> readPreparedIndex(const std::filesystem::path& file)
{
    const Result<std::string> bytes = readFile(file, kLargestIndex);
    if (!bytes) return std::nullopt;
    try {
        const nlohmann::json json = nlohmann::json::parse(*bytes);
        if (json.at("version").get<int>() == kVersion) return json.get<PreparedIndex>();
    } catch (const nlohmann::json::exception&) {
    }
    return std::nullopt;
}

Status writePreparedIndex(const std::filesystem::path& file, const PreparedIndex& index)
{
    nlohmann::json json = index;
    json["version"] = kVersion;
    return writeFileAtomically(file, json.dump(1) + "\n");
}

}  // namespace moebel
