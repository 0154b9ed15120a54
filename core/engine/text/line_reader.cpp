#include "engine/text/line_reader.h"

#include <algorithm>
#include <string_view>

namespace moebel {

namespace {

constexpr std::size_t kBufferBytes = std::size_t(1) << 18;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Result<LineReader> LineReader::open(const std::filesystem::path& file)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error))
        return invalidInput("unreadable-file", "'" + file.string() + "' is no file that can be read", file.string());
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return invalidInput("unreadable-file", "'" + file.string() + "' cannot be opened", file.string());
    return LineReader(std::move(stream));
}

bool LineReader::fill()
{
    m_buffer.resize(kBufferBytes);
    m_stream.read(m_buffer.data(), std::streamsize(kBufferBytes));
    m_buffer.resize(std::size_t(m_stream.gcount()));
    m_position = 0;
    return !m_buffer.empty();
}

bool LineReader::next(std::string& line)
{
    line.clear();
    m_tooLong = false;
    if (m_position == m_buffer.size() && !fill()) return false;
    ++m_number;
    for (bool ended = false; !ended;) {
        if (m_position == m_buffer.size() && !fill()) break;
        const std::size_t newline = m_buffer.find('\n', m_position);
        ended = newline != std::string::npos;
        const std::size_t end = ended ? newline : m_buffer.size();
        m_tooLong = m_tooLong || line.size() + (end - m_position) > kLongestLine;
        if (!m_tooLong) line.append(m_buffer, m_position, end - m_position);
        m_position = ended ? newline + 1 : end;
    }
    if (m_tooLong) line.clear();
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (m_number == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    return true;
}

}  // namespace moebel
