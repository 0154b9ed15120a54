// Lines of a file of any size; a line that is too long is reported and not kept.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "moebel/base/result.h"

namespace moebel {

class LineReader {
public:
    static constexpr std::size_t kLongestLine = std::size_t(16) << 20;

    /// Error when it is no regular file that can be read.
    static Result<LineReader> open(const std::filesystem::path& file);

    /// The next line without its line end; false at the end of the file. A byte order mark of the file is left out.
    bool next(std::string& line);
    /// Number of the line read last, from 1.
    std::int64_t number() const { return m_number; }
    /// The line read last was longer than kLongestLine; it is empty then.
    bool wasTooLong() const { return m_tooLong; }

private:
    explicit LineReader(std::ifstream stream) : m_stream(std::move(stream)) {}
    bool fill();

    std::ifstream m_stream;
    std::string m_buffer;
    std::size_t m_position = 0;
    std::int64_t m_number = 0;
    bool m_tooLong = false;
};

}  // namespace moebel
