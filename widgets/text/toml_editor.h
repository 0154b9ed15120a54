// TOML with line numbers, colours, and marks under what is wrong. Undo belongs to whoever owns the text.
#pragma once

#include <QPlainTextEdit>
#include <vector>

namespace moebel
{

/// A place that is marked; columns count code points, both from 1.
struct TextMark {
    int line = 0;
    int column = 0;
    QString message;

    bool operator==(const TextMark&) const = default;
};

class TomlEditor : public QPlainTextEdit
{
    Q_OBJECT

public:
    explicit TomlEditor(QWidget* parent = nullptr);

    /// Replaces what differs; the cursor stays where it was in the text around it. Tells nothing.
    void setToml(const QString& text);
    void setMarks(const std::vector<TextMark>& marks);
    /// Puts the cursor there, brings the line into view and lights it up until the cursor moves on.
    void jumpTo(int line, int column);

Q_SIGNALS:
    /// The user changed the text.
    void tomlEdited(const QString& text);
    /// The user left the editor.
    void editingDone();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    friend class LineNumbers;
    int numbersWidth() const;
    void placeNumbers();
    void paintNumbers(QPaintEvent* event);
    void showMarks();
    void showColours();
    QTextCursor cursorAt(int line, int column) const;

    QWidget* m_numbers;
    class TomlHighlighter* m_highlighter;
    std::vector<TextMark> m_marks;
    int m_litLine = 0;
    bool m_telling = true;
};

}  // namespace moebel
