// A text and where each of its bytes came from in the text that the user gave.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace moebel
{

using ByteRange = std::pair<std::int64_t, std::int64_t>;  ///< [begin, end)

class AlignedText
{
public:
    /// A part of the source itself, beginning at `begin`. Untracked: for who wants no source(); changed texts cost less then.
    AlignedText(std::string_view part, std::int64_t begin, bool tracked = true)
        : m_isTracked(tracked), m_part(part), m_begin(begin)
    {
    }

    std::string_view text() const { return m_isSource ? m_part : std::string_view(m_own); }
    bool isSource() const { return m_isSource; }
    bool isTracked() const { return m_isTracked; }
    bool beginsSource() const { return m_begin == 0; }
    /// Source bytes of bytes [begin, end) of a tracked text. Precondition: begin < end.
    ByteRange source(std::size_t begin, std::size_t end) const
    {
        if (isSource()) return {m_begin + std::int64_t(begin), m_begin + std::int64_t(end)};
        return {m_origin[begin].first, m_origin[end - 1].second};
    }

    /// Bytes [begin, end) with their sources. A part of the source keeps pointing to it.
    AlignedText part(std::size_t begin, std::size_t end) const
    {
        if (m_isSource) return {m_part.substr(begin, end - begin), m_begin + std::int64_t(begin), m_isTracked};
        const std::int64_t from = m_begin + std::int64_t(begin);  // 0 only where the source begins; nothing else is asked
        if (!m_isTracked) return {m_own.substr(begin, end - begin), {}, from, false};
        return {m_own.substr(begin, end - begin),
                {m_origin.begin() + std::ptrdiff_t(begin), m_origin.begin() + std::ptrdiff_t(end)},
                begin < end ? m_origin[begin].first : from,
                true};
    }

    /// Puts a changed text together, from the left to the right.
    class Rewriter
    {
    public:
        explicit Rewriter(const AlignedText& from) : m_from(from) { m_text.reserve(from.text().size() + 16); }
        /// The next `size` bytes stay.
        void keep(std::size_t size)
        {
            m_text += m_from.text().substr(m_at, size);
            for (std::size_t i = m_at; m_from.m_isTracked && i < m_at + size; ++i) m_origin.push_back(m_from.source(i, i + 1));
            m_at += size;
        }
        /// The next `size` bytes become `text`; all of it stands for all of them.
        void replace(std::size_t size, std::string_view text)
        {
            m_text += text;
            if (m_from.m_isTracked)
                m_origin.insert(m_origin.end(), text.size(), size > 0 ? m_from.source(m_at, m_at + size) : emptyHere());
            m_at += size;
        }
        std::size_t at() const { return m_at; }
        AlignedText done() { return AlignedText(std::move(m_text), std::move(m_origin), m_from.m_begin, m_from.m_isTracked); }

    private:
        ByteRange emptyHere() const
        {
            if (m_from.text().empty()) return {m_from.m_begin, m_from.m_begin};
            const std::int64_t here =
                m_at < m_from.text().size() ? m_from.source(m_at, m_at + 1).first : m_from.source(m_at - 1, m_at).second;
            return {here, here};
        }
        const AlignedText& m_from;
        std::size_t m_at = 0;
        std::string m_text;
        std::vector<ByteRange> m_origin;
    };

private:
    AlignedText(std::string text, std::vector<ByteRange> origin, std::int64_t begin, bool tracked)
        : m_isSource(false), m_isTracked(tracked), m_begin(begin), m_own(std::move(text)), m_origin(std::move(origin))
    {
    }

    bool m_isSource = true, m_isTracked = true;
    std::string_view m_part;
    std::int64_t m_begin = 0;  ///< in the source
    std::string m_own;
    std::vector<ByteRange> m_origin;  ///< of each byte of m_own
};

}  // namespace moebel
