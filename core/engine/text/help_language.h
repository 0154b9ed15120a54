// What the importers of help pages share: codes, the pair of page trees, and what is said when a package is missing.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "moebel/base/result.h"

namespace moebel {

std::string lowerCase(std::string_view ascii);
/// Letters, digits and hyphens only, at most 31: safe in a file name.
bool isLanguageCode(std::string_view code);
/// "en", "en-US", "en-us".
bool isEnglish(std::string_view code);

Error badLanguage(const std::string& language);
Error missingPackage(const std::string& language, const std::string& package,
                     const std::vector<std::filesystem::path>& lookedIn);

}  // namespace moebel
