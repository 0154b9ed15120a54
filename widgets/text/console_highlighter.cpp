#include "widgets/text/console_highlighter.h"

namespace moebel
{

void ConsoleHighlighter::setSearch(const QString& text)
{
    m_search = text;
    rehighlight();
}

void ConsoleHighlighter::setDark(bool dark)
{
    if (dark == m_dark) return;
    m_dark = dark;
    rehighlight();
}

void ConsoleHighlighter::highlightBlock(const QString& text)
{
    const bool error = text.contains(QLatin1String("[error]"));
    if (error || text.contains(QLatin1String("[warning]"))) {
        QTextCharFormat format;
        format.setForeground(error ? QColor(m_dark ? 0xFF9A8A : 0xB3261E) : QColor(m_dark ? 0xF0C36D : 0x8A5A00));
        if (error) format.setFontWeight(QFont::Bold);
        setFormat(0, int(text.size()), format);
    }
    if (m_search.isEmpty()) return;
    QTextCharFormat mark;
    mark.setBackground(QColor(m_dark ? 0x6B5A00 : 0xFFE58A));
    mark.setForeground(QColor(m_dark ? 0xFFFFFF : 0x000000));
    for (qsizetype at = text.indexOf(m_search, 0, Qt::CaseInsensitive); at >= 0;
         at = text.indexOf(m_search, at + m_search.size(), Qt::CaseInsensitive))
        setFormat(int(at), int(m_search.size()), mark);
}

}  // namespace moebel
