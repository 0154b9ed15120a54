// The one layer through which Moebel writes files: everything on disk is replaced atomically and synced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "moebel/base/result.h"

namespace moebel {

/// Reads a whole regular file; refuses one larger than `maxBytes`.
Result<std::string> readFile(const std::filesystem::path& file, std::uint64_t maxBytes = std::uint64_t(1) << 30);

/// A file being written: write, then close() once; the destructor closes without syncing (error paths).
class FileWriter {
public:
    static Result<FileWriter> create(const std::filesystem::path& file);
    FileWriter(FileWriter&& other) noexcept;
    FileWriter& operator=(FileWriter&& other) noexcept;
    ~FileWriter();

    /// Asks the file system for the space now (posix_fallocate), so that a full disk shows before hours are spent.
    Status reserve(std::uint64_t bytes);
    Status write(const void* data, std::size_t size);
    Status write(std::string_view text) { return write(text.data(), text.size()); }
    /// fsync and close. After a failed sync the file counts as lost.
    Status close();

private:
    FileWriter(int descriptor, std::filesystem::path file);
    int m_descriptor = -1;
    std::filesystem::path m_file;
};

/// Temporary file beside the target, fsync, rename, fsync of the folder. ENOSPC gives ErrorKind::NoSpace.
Status writeFileAtomically(const std::filesystem::path& file, std::string_view bytes);
/// fsync of a folder, after a rename in it.
Status syncDirectory(const std::filesystem::path& folder);
/// Renames and syncs the parent folder.
Status renameDurably(const std::filesystem::path& from, const std::filesystem::path& to);
Status makeDirectories(const std::filesystem::path& folder);
/// Bytes that this user can still write on the file system of `folder` (its nearest existing parent counts).
Result<std::uint64_t> freeSpace(const std::filesystem::path& folder);
/// `$XDG_CACHE_HOME/moebel` or `~/.cache/moebel`.
std::filesystem::path userCacheFolder();

}  // namespace moebel
