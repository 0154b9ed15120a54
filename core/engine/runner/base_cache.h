// Trained base models in the user's cache folder: bases/<key>/ with config.json, model.safetensors and base.json.
#pragma once

#include <memory>
#include <string>

#include "engine/model/decoder.h"
#include "moebel/base/result.h"

namespace moebel {

/// None when there is no entry, or when it is damaged (then it is made anew and replaced).
std::unique_ptr<Decoder> readCachedBase(const std::string& key);
/// Written to a temporary folder, synced, then renamed: a killed process leaves no half entry.
Status writeCachedBase(const std::string& key, const Decoder& decoder);

}  // namespace moebel
