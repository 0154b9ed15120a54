#include "widgets/text/toml_highlighter.h"

#include <QPalette>
#include <QRegularExpression>

namespace moebel
{

namespace
{

constexpr int kInLongText = 1;  ///< the state of a line that ends inside """

}  // namespace

TomlHighlighter::TomlHighlighter(QTextDocument* document) : QSyntaxHighlighter(document) {}

void TomlHighlighter::setGround(const QPalette& palette)
{
    const bool dark = palette.color(QPalette::Base).lightness() < 128;
    m_comment.setForeground(palette.color(QPalette::PlaceholderText));
    m_header.setForeground(dark ? QColor(0x7a, 0xb8, 0xff) : QColor(0x0a, 0x5f, 0xb4));
    m_header.setFontWeight(QFont::Bold);
    m_key.setForeground(palette.color(QPalette::Text));
    m_string.setForeground(dark ? QColor(0x8f, 0xd0, 0x9a) : QColor(0x1b, 0x73, 0x3a));
    m_number.setForeground(dark ? QColor(0xe8, 0xb0, 0x6c) : QColor(0x94, 0x4a, 0x00));
    rehighlight();
}

void TomlHighlighter::highlightBlock(const QString& text)
{
    static const QRegularExpression kWord(
        QStringLiteral("(?<long>\"\"\".*?(?:\"\"\"|$))|(?<string>\"(?:[^\"\\\\]|\\\\.)*\"?|'[^']*'?)|(?<comment>#.*$)|"
                       "(?<key>[A-Za-z0-9_.-]+)(?=\\s*=)|(?<number>[+-]?\\b\\d[\\d_.eE+-]*\\b|\\b(?:true|false)\\b)"));
    static const QRegularExpression kHeader(QStringLiteral("^\\s*\\[\\[?[^\\]]*\\]\\]?"));
    qsizetype from = 0;
    if (previousBlockState() == kInLongText) {
        const qsizetype end = text.indexOf(QLatin1String("\"\"\""));
        setFormat(0, int(end < 0 ? text.size() : end + 3), m_string);
        if (end < 0) {
            setCurrentBlockState(kInLongText);
            return;
        }
        from = end + 3;
    } else if (const auto header = kHeader.match(text); header.hasMatch()) {
        setFormat(0, int(header.capturedLength()), m_header);
        from = header.capturedEnd();
    }
    setCurrentBlockState(0);
    for (auto words = kWord.globalMatch(text, from); words.hasNext();) {
        const auto word = words.next();
        const auto format = [&](const char* name, const QTextCharFormat& with) {
            if (word.hasCaptured(QLatin1String(name))) setFormat(int(word.capturedStart()), int(word.capturedLength()), with);
        };
        format("long", m_string);
        format("string", m_string);
        format("comment", m_comment);
        format("key", m_key);
        format("number", m_number);
        const QString longText = word.captured(QStringLiteral("long"));
        if (!longText.isEmpty() && (longText.size() < 6 || !longText.endsWith(QLatin1String("\"\"\""))))
            setCurrentBlockState(kInLongText);
    }
}

}  // namespace moebel
