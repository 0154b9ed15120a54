#include "engine/runner/base_cache.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "engine/model/checkpoint/model_file.h"
#include "moebel/base/file.h"
#include "moebel/base/hash.h"

namespace moebel
{
namespace
{

std::filesystem::path entryFolder(const std::string& key) { return userCacheFolder() / "bases" / key; }

constexpr const char* kWeights = "model.safetensors";
constexpr const char* kManifest = "base.json";

bool isIntact(const std::filesystem::path& folder)
{
    const auto manifest = readFile(folder / kManifest);
    const auto hash = sha256OfFile(folder / kWeights);
    if (!manifest || !hash) {
        return false;
    }
    const auto value = nlohmann::json::parse(*manifest, nullptr, false);
    return value.is_object() && value.value("sha256", std::string()) == *hash;
}

Status writeEntry(const std::filesystem::path& folder, const Decoder& decoder)
{
    if (Status made = makeDirectories(folder); !made) {
        return made;
    }
    if (Status written = writeModel(decoder, folder); !written) {
        return written;
    }
    const auto hash = sha256OfFile(folder / kWeights);
    if (!hash) {
        return hash.error();
    }
    return writeFileAtomically(folder / kManifest, nlohmann::json{{"sha256", *hash}}.dump() + "\n");
}

}  // namespace

std::unique_ptr<Decoder> readCachedBase(const std::string& key)
{
    const std::filesystem::path folder = entryFolder(key);
    if (!isIntact(folder)) {
        return nullptr;
    }
    auto decoder = readModel(folder);
    return decoder ? std::move(*decoder) : nullptr;
}

Status writeCachedBase(const std::string& key, const Decoder& decoder)
{
    const std::filesystem::path folder = entryFolder(key);
    const std::filesystem::path temporary =
        folder.parent_path() / (".tmp-" + key.substr(0, 16) + "-" + std::to_string(::getpid()));
    std::error_code ignored;
    std::filesystem::remove_all(temporary, ignored);
    if (Status written = writeEntry(temporary, decoder); !written) {
        std::filesystem::remove_all(temporary, ignored);
        return written;
    }
    if (isIntact(folder)) {  // another run was faster
        std::filesystem::remove_all(temporary, ignored);
        return Done{};
    }
    std::filesystem::remove_all(folder, ignored);
    return renameDurably(temporary, folder);
}

}  // namespace moebel
