// A text with the places that toml++ tells, and the texts that come of changing it there.
#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace moebel
{

/// A text whose places toml++ has told.
class Lines
{
public:
    explicit Lines(std::string_view text) : m_text(text)
    {
        m_starts.push_back(0);
        for (std::size_t i = 0; i < text.size(); ++i)
            if (text[i] == '\n') m_starts.push_back(i + 1);
    }
    std::size_t start(std::size_t line) const { return line <= m_starts.size() ? m_starts[line - 1] : m_text.size(); }
    /// Columns count code points.
    std::size_t offset(const toml::source_position& place) const
    {
        std::size_t at = start(place.line);
        for (std::size_t column = 1; column < place.column && at < m_text.size(); ++column) {
            ++at;
            while (at < m_text.size() && (static_cast<unsigned char>(m_text[at]) & 0xC0U) == 0x80U) ++at;
        }
        return at;
    }
    std::string_view line(std::size_t number) const { return m_text.substr(start(number), start(number + 1) - start(number)); }
    std::string_view text() const { return m_text; }

    std::string replaced(std::size_t from, std::size_t to, const std::string& by) const
    {
        std::string result(m_text.substr(0, from));
        result += by;
        result += m_text.substr(to);
        return result;
    }
    /// A new line behind this one.
    std::string lineAdded(std::size_t after, const std::string& line) const
    {
        std::size_t at = start(after + 1);
        const bool open = at == m_text.size() && !m_text.empty() && m_text.back() != '\n';
        return replaced(at, at, (open ? "\n" : "") + line + "\n");
    }

private:
    std::string_view m_text;
    std::vector<std::size_t> m_starts;
};

/// The text with an array changed entry by entry, so that comments between the others stay: entries added at the end, or one
/// taken out. None when the change is another; then the whole array has to be written anew.
std::optional<std::string> withEntries(const Lines& lines, const toml::array& old, const toml::array& wanted);

}  // namespace moebel
