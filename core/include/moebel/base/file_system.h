// What kind of file system a folder is on.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace moebel
{

/// "NFS", "CIFS", ...: file systems of other machines, whose locks and flushes a database can't trust. Empty for a local one.
/// `magic` is statfs(2)'s f_type.
std::string_view networkFileSystemName(long magic);
/// The same of a folder (its nearest existing parent counts); empty when it can't be asked.
std::string_view networkFileSystemOf(const std::filesystem::path& folder);
/// What to tell a person whose runs are there; empty for a local folder.
std::string networkFileSystemWarning(const std::filesystem::path& folder);

}  // namespace moebel
