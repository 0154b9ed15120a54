// Colours in a console: what was searched for, warnings and errors.
#pragma once

#include <QSyntaxHighlighter>

namespace moebel
{

class ConsoleHighlighter : public QSyntaxHighlighter
{
    Q_OBJECT

public:
    using QSyntaxHighlighter::QSyntaxHighlighter;

    void setSearch(const QString& text);
    /// Follows a palette: the marks are seen on both themes.
    void setDark(bool dark);

protected:
    void highlightBlock(const QString& text) override;

private:
    QString m_search;
    bool m_dark = false;
};

}  // namespace moebel
