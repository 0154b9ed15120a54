// The head of a GGUF file from its front to its back, through a buffer: numbers and texts, never behind the end.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "moebel/base/result.h"

namespace moebel
{

/// The first fault is kept and everything after it gives zeros.
class GgufSource
{
public:
    /// A missing file, or one that is no regular file, is a fault.
    explicit GgufSource(const std::filesystem::path& file);

    template <typename Number>
    Number number()
    {
        Number value{};
        if (m_buffer.size() - m_next >= sizeof value) {
            std::memcpy(&value, m_buffer.data() + m_next, sizeof value);
            m_next += sizeof value;
        } else {
            bytes(&value, sizeof value);
        }
        return value;
    }
    /// Its length and its bytes. `what`: for the sentence of a fault.
    std::string text(std::uint64_t longest, const std::string& what);
    void bytes(void* target, std::uint64_t count);

    std::uint64_t size() const { return m_size; }
    std::uint64_t at() const { return m_read - (m_buffer.size() - m_next); }
    std::uint64_t left() const { return m_size - at(); }
    void fault(const std::string& what);
    const std::optional<Error>& error() const { return m_error; }

private:
    void fill();

    std::string m_name;
    std::ifstream m_stream;
    std::uint64_t m_size = 0;
    std::uint64_t m_read = 0;  ///< bytes of the file that came into the buffer
    std::vector<char> m_buffer;
    std::size_t m_next = 0;
    std::optional<Error> m_error;
};

}  // namespace moebel
