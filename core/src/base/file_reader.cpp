#include "moebel/base/file_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace moebel
{

Result<FileReader> FileReader::open(const std::filesystem::path& file)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error))
        return invalidInput("no-such-file", file.string() + " is not a file: check the path", file.string());
    const std::uint64_t size = std::filesystem::file_size(file, error);
    const int descriptor = error ? -1 : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return invalidInput("unreadable-file", file.string() + " can't be read: check its permissions", file.string());
    return FileReader(descriptor, file, size);
}

FileReader::FileReader(int descriptor, std::filesystem::path file, std::uint64_t size)
    : m_descriptor(descriptor), m_file(std::move(file)), m_size(size)
{
}

FileReader::FileReader(FileReader&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_file(std::move(other.m_file)), m_size(other.m_size)
{
}

FileReader& FileReader::operator=(FileReader&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    m_file.swap(other.m_file);
    std::swap(m_size, other.m_size);
    return *this;
}

FileReader::~FileReader()
{
    if (m_descriptor >= 0) ::close(m_descriptor);
}

bool FileReader::read(void* target, std::size_t bytes, std::uint64_t offset) const
{
    auto* next = static_cast<char*>(target);
    while (bytes > 0) {
        const ssize_t some = ::pread(m_descriptor, next, bytes, off_t(offset));
        if (some < 0 && errno == EINTR) continue;
        if (some <= 0) return false;
        next += some;
        bytes -= std::size_t(some);
        offset += std::uint64_t(some);
    }
    return true;
}

}  // namespace moebel
