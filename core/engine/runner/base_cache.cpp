#include "engine/runner/base_cache.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "engine/model/checkpoint/model_file.h"
#include "moebel/base/file.h"

namespace moebel
{
namespace
{

std::filesystem::path basesFolder() { return userCacheFolder() / "bases"; }

constexpr const char* kManifest = "base.json";

/// base.json of an entry; an empty object when it cannot be read.
nlohmann::json manifestOf(const std::filesystem::path& folder)
{
    const auto text = readFile(folder / kManifest);
    auto value = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
    return value.is_object() ? value : nlohmann::json::object();
}

template <typename Value>
Value field(const nlohmann::json& manifest, const char* key, Value missing)
{
    try {
        return manifest.value(key, missing);
    } catch (const nlohmann::json::exception&) {  // of another type
        return missing;
    }
}

bool isIntact(const std::filesystem::path& folder)
{
    const auto hash = hashOfModel(folder);
    return hash && field(manifestOf(folder), "sha256", std::string()) == *hash;
}

Status writeEntry(const std::filesystem::path& folder, const BaseKey& key, const Decoder& decoder,
                  const std::vector<NamedParameter>& masters)
{
    if (Status made = makeDirectories(folder); !made) {
        return made;
    }
    if (Status written = writeModel(decoder, folder, masters); !written) {
        return written;
    }
    const auto hash = hashOfModel(folder);
    if (!hash) {
        return hash.error();
    }
    const nlohmann::json manifest = {{"sha256", *hash}, {"recipe", key.recipe}, {"threads", key.threads}};
    return writeFileAtomically(folder / kManifest, manifest.dump() + "\n");
}

}  // namespace

std::optional<CachedBase> readCachedBase(const BaseKey& key)
{
    const std::filesystem::path folder = basesFolder() / key.key;
    if (!isIntact(folder)) {
        return std::nullopt;
    }
    auto decoder = readModel(folder);
    return decoder ? std::optional(CachedBase{std::move(*decoder), key}) : std::nullopt;
}

std::optional<CachedBase> readCachedRecipe(const std::string& recipe)
{
    std::vector<BaseKey> found;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(basesFolder(), none)) {
        const nlohmann::json manifest = manifestOf(entry.path());
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(".") && field(manifest, "recipe", std::string()) == recipe) {
            found.push_back({name, recipe, field(manifest, "threads", 0)});
        }
    }
    std::sort(found.begin(), found.end(),
              [](const BaseKey& a, const BaseKey& b) { return std::pair(a.threads, a.key) < std::pair(b.threads, b.key); });
    for (const BaseKey& key : found) {
        if (auto base = readCachedBase(key)) {
            return base;
        }
    }
    return std::nullopt;
}

Status writeCachedBase(const BaseKey& key, const Decoder& decoder, const std::vector<NamedParameter>& masters)
{
    const std::filesystem::path folder = basesFolder() / key.key;
    const std::filesystem::path temporary =
        folder.parent_path() / (".tmp-" + key.key.substr(0, 16) + "-" + std::to_string(::getpid()));
    std::error_code ignored;
    std::filesystem::remove_all(temporary, ignored);
    if (Status written = writeEntry(temporary, key, decoder, masters); !written) {
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
