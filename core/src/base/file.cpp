#include "moebel/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace moebel {
namespace {

Error systemError(const std::string& what, const std::filesystem::path& file, int code)
{
    const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    std::string message = file.string() + ": " + what + " failed: " + std::strerror(code);
    if (full) message += "; make room and try again, what was there before is intact";
    return Error{full ? ErrorKind::NoSpace : ErrorKind::Failed, full ? "no-space" : "write-failed", message, file.string()};
}

}  // namespace

Result<std::string> readFile(const std::filesystem::path& file, std::uint64_t maxBytes)
{
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    if (error || !std::filesystem::exists(status))
        return invalidInput("no-such-file", file.string() + " does not exist: check the path", file.string());
    if (!std::filesystem::is_regular_file(status))
        return invalidInput("not-a-file", file.string() + " is not a regular file: give the path of a file", file.string());
    const std::uint64_t size = std::filesystem::file_size(file, error);
    if (!error && size > maxBytes)
        return invalidInput("file-too-large", file.string() + " has " + std::to_string(size) + " bytes, at most " +
                                                  std::to_string(maxBytes) + " are read", file.string());
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return invalidInput("unreadable-file", file.string() + " can't be read: check its permissions", file.string());
    std::string bytes(error ? 0 : std::size_t(size), '\0');
    stream.read(bytes.data(), std::streamsize(bytes.size()));
    if (std::uint64_t(stream.gcount()) != bytes.size())
        return failed("unreadable-file", file.string() + " became shorter while it was read", file.string());
    return bytes;
}

Result<FileWriter> FileWriter::create(const std::filesystem::path& file)
{
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0) return systemError("creating it", file, errno);
    return FileWriter(descriptor, file);
}

FileWriter::FileWriter(int descriptor, std::filesystem::path file) : m_descriptor(descriptor), m_file(std::move(file)) {}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_file(std::move(other.m_file))
{
}

FileWriter& FileWriter::operator=(FileWriter&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_file, other.m_file);
    return *this;
}

FileWriter::~FileWriter()
{
    if (m_descriptor >= 0) ::close(m_descriptor);
}

Status FileWriter::reserve(std::uint64_t bytes)
{
    if (bytes == 0) return Done{};
    const int code = ::posix_fallocate(m_descriptor, 0, off_t(bytes));
    if (code == EOPNOTSUPP || code == EINVAL) return Done{};  // a file system without reservations: write() will tell
    if (code != 0) return systemError("reserving " + std::to_string(bytes) + " bytes", m_file, code);
    return Done{};
}

Status FileWriter::write(const void* data, std::size_t size)
{
    const char* next = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t written = ::write(m_descriptor, next, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return systemError("writing", m_file, errno);
        next += written;
        size -= std::size_t(written);
    }
    return Done{};
}

Status FileWriter::close()
{
    const int descriptor = std::exchange(m_descriptor, -1);
    const int synced = ::fsync(descriptor);
    const int syncCode = errno;
    const int closed = ::close(descriptor);
    if (synced != 0) return systemError("syncing", m_file, syncCode);
    if (closed != 0) return systemError("closing", m_file, errno);
    return Done{};
}

Status writeFileAtomically(const std::filesystem::path& file, std::string_view bytes)
{
    static std::atomic<unsigned> count{0};  // threads of one process write beside each other
    std::filesystem::path temporary = file;
    temporary += ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
    const auto written = [&]() -> Status {
        auto writer = FileWriter::create(temporary);
        if (!writer) return writer.error();
        if (Status done = writer->reserve(bytes.size()); !done) return done;
        if (Status done = writer->write(bytes); !done) return done;
        if (Status done = writer->close(); !done) return done;
        return renameDurably(temporary, file);
    }();
    if (!written) ::unlink(temporary.c_str());
    return written;
}

Status syncDirectory(const std::filesystem::path& folder)
{
    const std::filesystem::path real = folder.empty() ? std::filesystem::path(".") : folder;
    const int descriptor = ::open(real.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return systemError("opening the folder", real, errno);
    const int synced = ::fsync(descriptor);
    const int code = errno;
    ::close(descriptor);
    if (synced != 0) return systemError("syncing the folder", real, code);
    return Done{};
}

Status renameDurably(const std::filesystem::path& from, const std::filesystem::path& to)
{
    if (::rename(from.c_str(), to.c_str()) != 0) return systemError("renaming " + from.string() + " to it", to, errno);
    return syncDirectory(to.parent_path());
}

Status makeDirectories(const std::filesystem::path& folder)
{
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return systemError("making the folder", folder, error.value());
    return Done{};
}

Result<std::uint64_t> freeSpace(const std::filesystem::path& folder)
{
    std::error_code error;
    std::filesystem::path existing = std::filesystem::absolute(folder, error);
    while (!std::filesystem::exists(existing, error) && existing.has_relative_path()) existing = existing.parent_path();
    struct statvfs info = {};
    if (::statvfs(existing.c_str(), &info) != 0) return systemError("asking for free space", existing, errno);
    return std::uint64_t(info.f_bavail) * info.f_frsize;
}

std::filesystem::path userCacheFolder()
{
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0')
        return std::filesystem::path(cache) / "moebel";
    const char* home = std::getenv("HOME");
    return std::filesystem::path(home != nullptr ? home : "/tmp") / ".cache" / "moebel";
}

}  // namespace moebel
