// A file that is read in places: weights, of which each has its place and its time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "moebel/base/result.h"

namespace moebel
{

/// A regular file. Reading is safe from any thread, and a file that becomes shorter meanwhile is an answer, where a mapping of it
/// would end the process.
class FileReader
{
public:
    /// Errors: "no-such-file", "unreadable-file".
    static Result<FileReader> open(const std::filesystem::path& file);
    FileReader(FileReader&& other) noexcept;
    FileReader& operator=(FileReader&& other) noexcept;
    ~FileReader();

    const std::filesystem::path& path() const { return m_file; }
    /// Bytes, when it was opened.
    std::uint64_t size() const { return m_size; }
    /// False: the file ends before, or can't be read.
    bool read(void* target, std::size_t bytes, std::uint64_t offset) const;

private:
    FileReader(int descriptor, std::filesystem::path file, std::uint64_t size);

    int m_descriptor = -1;
    std::filesystem::path m_file;
    std::uint64_t m_size = 0;
};

}  // namespace moebel
