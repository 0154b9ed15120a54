#include "moebel/base/file_system.h"

#include <sys/vfs.h>

namespace moebel
{
namespace
{

// statfs(2), and the kernel's linux/magic.h for the ones it leaves out.
constexpr struct {
    unsigned long magic;
    std::string_view name;
} kNetworkFileSystems[] = {
    {0x6969, "NFS"},        {0xFF534D42, "CIFS"}, {0xFE534D42, "SMB"},    {0x517B, "SMB"},       {0x5346414F, "AFS"},
    {0x6B414653, "AFS"},    {0x00C36400, "Ceph"}, {0x0BD00BD0, "Lustre"}, {0x564C, "NCP"},       {0x47504653, "GPFS"},
    {0x19830326, "BeeGFS"}, {0x01021997, "9p"},   {0x65735546, "FUSE"},   {0x7461636F, "OCFS2"},
};

}  // namespace

std::string_view networkFileSystemName(long magic)
{
    for (const auto& known : kNetworkFileSystems)
        if ((static_cast<unsigned long>(magic) & 0xFFFFFFFFUL) == known.magic) return known.name;
    return {};
}

std::string_view networkFileSystemOf(const std::filesystem::path& folder)
{
    std::error_code error;
    std::filesystem::path existing = std::filesystem::absolute(folder, error);
    while (!std::filesystem::exists(existing, error) && existing.has_relative_path()) existing = existing.parent_path();
    struct statfs info = {};
    return ::statfs(existing.c_str(), &info) == 0 ? networkFileSystemName(info.f_type) : std::string_view();
}

std::string networkFileSystemWarning(const std::filesystem::path& folder)
{
    const std::string_view name = networkFileSystemOf(folder);
    if (name.empty()) return {};
    return folder.string() + " is on a " + std::string(name) +
           " file system, where a database can't trust locks and flushes: let only this machine open the run while it works, "
           "or "
           "put it on a local disk with --runs";
}

}  // namespace moebel
