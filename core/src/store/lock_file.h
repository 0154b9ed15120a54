// run.lock: who works on a run. Format: core/doc/formats/run_folder.md.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "process_identity.h"

namespace moebel {

struct LockFile {
    ProcessIdentity process;
    std::string socket;        ///< where the worker listens
    std::uint64_t device = 0;  ///< of the lock file itself: a copied folder has another one
    std::uint64_t inode = 0;

    bool operator==(const LockFile&) const = default;
};

std::string toJson(const LockFile& lock);
std::optional<LockFile> parseLockFile(const std::string& text);
/// What the lock of a run says if it is live: the system's lock is held, or its process lives and wrote this very file.
std::optional<LockFile> liveLock(const std::filesystem::path& file);
/// Where a run's socket is by this process's environment.
std::filesystem::path defaultSocketPath(const std::filesystem::path& runFolder);

}  // namespace moebel
