// Trained base models in the user's cache folder: bases/<key>/ with config.json, the weights and base.json.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/decoder.h"
#include "moebel/base/result.h"

namespace moebel {

/// What a base in the cache is known by.
struct BaseKey {
    std::string key;     ///< hash of all that made its bits
    std::string recipe;  ///< the same without the number of threads: another base of it differs in the last bits only
    int threads = 0;
};

struct CachedBase {
    std::unique_ptr<Decoder> decoder;
    BaseKey key;  ///< its own
};

/// None when there is no entry of this key, or when it is damaged (then it is made anew and replaced).
std::optional<CachedBase> readCachedBase(const BaseKey& key);
/// A base of the same recipe that was trained with another number of threads: the one with the fewest; none without one.
std::optional<CachedBase> readCachedRecipe(const std::string& recipe);
/// Written to a temporary folder, synced, then renamed: a killed process leaves no half entry. `masters`: as in writeModel().
Status writeCachedBase(const BaseKey& key, const Decoder& decoder, const std::vector<NamedParameter>& masters);

}  // namespace moebel
