#include "gguf_source.h"

#include <algorithm>

namespace moebel
{

GgufSource::GgufSource(const std::filesystem::path& file) : m_name(file.string())
{
    std::error_code error;
    if (const auto status = std::filesystem::status(file, error); exists(status) && !is_regular_file(status)) {
        m_error = invalidInput("not-a-file", m_name + " is not a regular file: give the path of a GGUF file", m_name);
        return;
    }
    m_size = std::filesystem::file_size(file, error);
    if (!error) m_stream.open(file, std::ios::binary);
    if (error || !m_stream.is_open())
        m_error = invalidInput("unreadable-file", m_name + " can't be read: check the path and its permissions", m_name);
}

std::string GgufSource::text(std::uint64_t longest, const std::string& what)
{
    const auto length = number<std::uint64_t>();
    if (length > longest)
        fault(what + " has " + std::to_string(length) + " bytes, at most " + std::to_string(longest) + " are allowed");
    if (m_error || length > left()) {
        fault("the file ends inside " + what);
        return {};
    }
    std::string value(std::size_t(length), '\0');
    bytes(value.data(), length);
    return value;
}

void GgufSource::bytes(void* target, std::uint64_t count)
{
    if (m_error) return;
    if (count > left()) return fault("the file ends inside its head");
    auto* next = static_cast<char*>(target);
    while (count > 0) {
        if (m_next == m_buffer.size()) fill();
        if (m_error) return;
        const std::size_t some = std::min<std::size_t>(std::size_t(count), m_buffer.size() - m_next);
        std::memcpy(next, m_buffer.data() + m_next, some);
        m_next += some;
        next += some;
        count -= some;
    }
}

void GgufSource::fault(const std::string& what)
{
    if (!m_error) m_error = invalidInput("bad-gguf", m_name + ": " + what, m_name);
    m_buffer.clear();  // what is read from now on is zero
    m_next = 0;
}

void GgufSource::fill()
{
    constexpr std::uint64_t kBufferBytes = 256U << 10;
    m_buffer.resize(std::size_t(std::min(kBufferBytes, m_size - m_read)));
    m_next = 0;
    m_stream.read(m_buffer.data(), std::streamsize(m_buffer.size()));
    m_read += m_buffer.size();
    if (!m_stream) fault("the file can't be read");
}

}  // namespace moebel
