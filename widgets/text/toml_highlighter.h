// Colours for TOML: comments, headers, keys, texts, numbers.
#pragma once

#include <QSyntaxHighlighter>
#include <QTextCharFormat>

class QPalette;

namespace moebel
{

class TomlHighlighter : public QSyntaxHighlighter
{
    Q_OBJECT

public:
    explicit TomlHighlighter(QTextDocument* document);
    /// Colours that are read on this ground.
    void setGround(const QPalette& palette);

protected:
    void highlightBlock(const QString& text) override;

private:
    QTextCharFormat m_comment, m_header, m_key, m_string, m_number;
};

}  // namespace moebel
