// Lines that keep coming, with a search box.
#pragma once

#include <QStringList>
#include <QWidget>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QToolButton;

namespace moebel
{

class ConsoleHighlighter;

/// Shows the newest 20,000 lines. The search marks what it finds, without regard to case; "Only matches" hides the other lines.
/// While it follows, the newest line stays in view.
class ConsoleView : public QWidget
{
    Q_OBJECT

public:
    static constexpr int kMostLines = 20'000;

    explicit ConsoleView(QWidget* parent = nullptr);

    void appendLines(const QStringList& lines);
    void clear();
    /// What stands there before the first line.
    void setPlaceholder(const QString& text);
    void setSearch(const QString& text);
    void setOnlyMatches(bool only);
    void setFollowing(bool following);
    /// What is seen, line by line.
    QStringList shownLines() const;
    /// What is selected, or everything that is seen.
    void copy() const;

Q_SIGNALS:
    /// A line was clicked.
    void lineChosen(const QString& line);

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void build();
    void addToView(const QStringList& lines);
    void rebuild();
    void countMatches();
    QStringList matching(const QStringList& lines) const;

    QStringList m_lines;
    QPlainTextEdit* m_text;
    QLineEdit* m_search;
    QLabel* m_found;
    QCheckBox* m_only;
    QCheckBox* m_follow;
    QToolButton* m_copy;
    ConsoleHighlighter* m_highlighter;
};

}  // namespace moebel
