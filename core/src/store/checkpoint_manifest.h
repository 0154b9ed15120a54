// MANIFEST.json of a checkpoint: every file with its size and SHA-256. Format: core/doc/formats/run_folder.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "moebel/base/result.h"

namespace moebel {

struct ManifestFile {
    std::string name;
    std::int64_t bytes = 0;
    std::string sha256;

    bool operator==(const ManifestFile&) const = default;
};
struct CheckpointManifest {
    std::int64_t step = 0;
    std::vector<ManifestFile> files;  ///< by name
    std::string text;                 ///< as it stands in the file
};

/// Sizes and hashes of all files of a folder that holds nothing else than regular files.
Result<CheckpointManifest> makeManifest(const std::filesystem::path& folder, std::int64_t step);
/// Errors: missing, larger than 64 MiB, not as described, or a name that leaves the folder.
Result<CheckpointManifest> readManifest(const std::filesystem::path& folder);

inline constexpr const char* kManifestFile = "MANIFEST.json";

}  // namespace moebel
