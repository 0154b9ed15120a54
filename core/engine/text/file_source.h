// What the importers of the user's files share: where a language's text lies and how its pages are named.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/text/corpus.h"

namespace moebel {

/// data.files[language] below the experiment's folder; error "no-text" when there is no entry or nothing at its path.
Result<std::filesystem::path> sourceOf(const DataSpec& data, const std::filesystem::path& baseFolder,
                                       const std::string& language);

/// A file, or the regular files below a folder, sorted.
std::vector<std::filesystem::path> filesOf(const std::filesystem::path& source);

/// Names, sizes and times.
std::string filesFingerprint(const std::filesystem::path& source);

/// "000000017": sorts as the number does.
std::string numberedPage(std::int64_t number);

/// The corpus, or error "no-text" when it has no document.
Result<Corpus> nonEmpty(Corpus corpus, const std::filesystem::path& source);

}  // namespace moebel
