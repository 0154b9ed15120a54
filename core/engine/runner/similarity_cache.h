// Similarities that were measured before, in the user's cache: similarities/<key>.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "moebel/analysis/language_similarity.h"

namespace moebel
{

/// `key`: SHA-256 of all that decides the numbers (model, text, tokens of each language, seed, arithmetic). None where there is no entry
/// for it, or one of another number of layers.
std::optional<LanguageSimilarity> readCachedSimilarity(const std::string& key, std::int64_t layers);
/// What cannot be written is measured again the next time.
void cacheSimilarity(const std::string& key, const LanguageSimilarity& similarity);

}  // namespace moebel
