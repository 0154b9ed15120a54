// Stands in front of the C library's calls that change a disk, for SQLite's as well as our own, and tells RecordedDisk of them.
// Include it in one unit of a program only: it defines the calls.
#pragma once

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdarg>
#include <filesystem>
#include <string>

#include "tests/support/recorded_disk.h"

namespace moebel::test
{

/// The C library's own.
template <typename Function>
Function* behind(const char* name)
{
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

inline std::string absolutePath(int folder, const char* path)
{
    if (path[0] == '/') return path;
    std::error_code error;
    const auto base = folder == AT_FDCWD ? std::filesystem::current_path(error)
                                         : std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(folder), error);
    return (base / path).lexically_normal().string();
}

inline int openThrough(const char* name, int folder, const char* path, int flags, mode_t mode)
{
    static auto* real = behind<int(int, const char*, int, ...)>(name);
    const int descriptor = real(folder, path, flags, mode);
    RecordedDisk::instance().opened(descriptor, absolutePath(folder, path), flags);
    return descriptor;
}

}  // namespace moebel::test

// NOLINTBEGIN: the C library's names and signatures
#define MOEBEL_MODE(flags, last)     \
    mode_t mode = 0;                 \
    if ((flags)&O_CREAT) {           \
        std::va_list list;           \
        va_start(list, last);        \
        mode = va_arg(list, mode_t); \
        va_end(list);                \
    }

extern "C" {

int open(const char* path, int flags, ...)
{
    MOEBEL_MODE(flags, flags)
    return moebel::test::openThrough("openat", AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...)
{
    MOEBEL_MODE(flags, flags)
    return moebel::test::openThrough("openat", AT_FDCWD, path, flags, mode);
}
int close(int descriptor)
{
    static auto* real = moebel::test::behind<int(int)>("close");
    moebel::test::RecordedDisk::instance().closed(descriptor);
    return real(descriptor);
}
ssize_t write(int descriptor, const void* data, size_t size)
{
    static auto* real = moebel::test::behind<ssize_t(int, const void*, size_t)>("write");
    const off_t offset = ::lseek(descriptor, 0, SEEK_CUR);
    const ssize_t done = real(descriptor, data, size);
    if (done > 0) moebel::test::RecordedDisk::instance().written(descriptor, data, size_t(done), std::uint64_t(offset));
    return done;
}
ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t offset)
{
    static auto* real = moebel::test::behind<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
    const ssize_t done = real(descriptor, data, size, offset);
    if (done > 0) moebel::test::RecordedDisk::instance().written(descriptor, data, size_t(done), std::uint64_t(offset));
    return done;
}
ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) { return pwrite64(descriptor, data, size, offset); }
int ftruncate64(int descriptor, off64_t length) noexcept
{
    static auto* real = moebel::test::behind<int(int, off64_t)>("ftruncate64");
    const int code = real(descriptor, length);
    if (code == 0) moebel::test::RecordedDisk::instance().cut(descriptor, std::uint64_t(length));
    return code;
}
int ftruncate(int descriptor, off_t length) noexcept { return ftruncate64(descriptor, length); }
int posix_fallocate(int descriptor, off_t offset, off_t length)
{
    static auto* real = moebel::test::behind<int(int, off_t, off_t)>("posix_fallocate");
    struct stat before = {};
    ::fstat(descriptor, &before);
    const int code = real(descriptor, offset, length);
    if (code == 0 && before.st_size < offset + length)
        moebel::test::RecordedDisk::instance().cut(descriptor, std::uint64_t(offset + length));
    return code;
}
int fsync(int descriptor)
{
    static auto* real = moebel::test::behind<int(int)>("fsync");
    const int code = real(descriptor);
    if (code == 0) moebel::test::RecordedDisk::instance().synced(descriptor);
    return code;
}
int fdatasync(int descriptor) { return fsync(descriptor); }
int rename(const char* from, const char* to) noexcept
{
    static auto* real = moebel::test::behind<int(const char*, const char*)>("rename");
    const int code = real(from, to);
    using moebel::test::absolutePath;
    if (code == 0)
        moebel::test::RecordedDisk::instance().renamed(absolutePath(AT_FDCWD, from), absolutePath(AT_FDCWD, to), false);
    return code;
}
int renameat2(int fromFolder, const char* from, int toFolder, const char* to, unsigned flags) noexcept
{
    static auto* real = moebel::test::behind<int(int, const char*, int, const char*, unsigned)>("renameat2");
    const int code = real(fromFolder, from, toFolder, to, flags);
    using moebel::test::absolutePath;
    if (code == 0)
        moebel::test::RecordedDisk::instance().renamed(absolutePath(fromFolder, from), absolutePath(toFolder, to),
                                                       (flags & RENAME_EXCHANGE) != 0);
    return code;
}
int mkdir(const char* path, mode_t mode) noexcept
{
    static auto* real = moebel::test::behind<int(const char*, mode_t)>("mkdir");
    const int code = real(path, mode);
    if (code == 0) moebel::test::RecordedDisk::instance().madeFolder(moebel::test::absolutePath(AT_FDCWD, path));
    return code;
}
int unlinkat(int folder, const char* path, int flags) noexcept
{
    static auto* real = moebel::test::behind<int(int, const char*, int)>("unlinkat");
    const std::string whole = moebel::test::absolutePath(folder, path);
    const int code = real(folder, path, flags);
    if (code == 0) moebel::test::RecordedDisk::instance().removed(whole);
    return code;
}
int unlink(const char* path) noexcept { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char* path) noexcept { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

}  // extern "C"
// NOLINTEND
