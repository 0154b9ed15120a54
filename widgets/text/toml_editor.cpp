#include "widgets/text/toml_editor.h"

#include <QFontDatabase>
#include <QHelpEvent>
#include <QPainter>
#include <QTextBlock>
#include <QToolTip>
#include <algorithm>

#include "widgets/edit/undo_filter.h"
#include "widgets/support/script_fonts.h"
#include "widgets/support/theme_roles.h"
#include "widgets/text/toml_highlighter.h"

namespace moebel
{

namespace
{

constexpr int kGap = 8;

}  // namespace

/// The strip with the numbers of the lines; one with a mark has a dot.
class LineNumbers : public QWidget
{
public:
    explicit LineNumbers(TomlEditor* editor) : QWidget(editor), m_editor(editor) {}

protected:
    void paintEvent(QPaintEvent* event) override { m_editor->paintNumbers(event); }

private:
    TomlEditor* m_editor;
};

TomlEditor::TomlEditor(QWidget* parent)
    : QPlainTextEdit(parent), m_numbers(new LineNumbers(this)), m_highlighter(new TomlHighlighter(document()))
{
    setFont(withScripts(QFontDatabase::systemFont(QFontDatabase::FixedFont)));
    setUndoRedoEnabled(false);
    installEventFilter(new UndoFilter(this));
    setLineWrapMode(NoWrap);
    setTabChangesFocus(true);
    setLayoutDirection(Qt::LeftToRight);  // keys and values stand in one order whatever the window's language is
    setFrameShape(NoFrame);
    showColours();
    connect(this, &QPlainTextEdit::blockCountChanged, this, &TomlEditor::placeNumbers);
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& rect, int dy) {
        dy != 0 ? m_numbers->scroll(0, dy) : m_numbers->update(0, rect.y(), m_numbers->width(), rect.height());
    });
    connect(this, &QPlainTextEdit::textChanged, this, [this] {
        if (m_telling) Q_EMIT tomlEdited(toPlainText());
    });
    connect(this, &QPlainTextEdit::cursorPositionChanged, this, [this] {
        if (m_litLine == 0 || textCursor().blockNumber() + 1 == m_litLine) return;
        m_litLine = 0;
        showMarks();
    });
    placeNumbers();
}

void TomlEditor::setToml(const QString& text)
{
    const QString old = toPlainText();
    if (text == old) return;
    const qsizetype shorter = std::min(old.size(), text.size());
    qsizetype head = 0, tail = 0;
    while (head < shorter && old[head] == text[head]) ++head;
    while (tail < shorter - head && old[old.size() - 1 - tail] == text[text.size() - 1 - tail]) ++tail;
    m_telling = false;
    QTextCursor change(document());
    change.setPosition(int(head));
    change.setPosition(int(old.size() - tail), QTextCursor::KeepAnchor);
    change.insertText(text.mid(head, text.size() - head - tail));
    m_telling = true;
}

QTextCursor TomlEditor::cursorAt(int line, int column) const
{
    const QTextBlock block = document()->findBlockByNumber(std::clamp(line, 1, document()->blockCount()) - 1);
    const QString text = block.text();
    qsizetype at = 0;
    for (int i = 1; i < column && at < text.size(); ++i) at += text[at].isHighSurrogate() ? 2 : 1;
    QTextCursor cursor(block);
    cursor.setPosition(block.position() + int(std::min(at, text.size())));
    return cursor;
}

void TomlEditor::setMarks(const std::vector<TextMark>& marks)
{
    if (marks == m_marks) return;
    m_marks = marks;
    showMarks();
}

void TomlEditor::showMarks()
{
    QList<QTextEdit::ExtraSelection> shown;
    if (m_litLine > 0) {
        QTextEdit::ExtraSelection lit;
        lit.cursor = cursorAt(m_litLine, 1);
        QColor ground = palette().color(QPalette::Highlight);
        ground.setAlpha(70);
        lit.format.setBackground(ground);
        lit.format.setProperty(QTextFormat::FullWidthSelection, true);
        shown << lit;
    }
    for (const TextMark& mark : m_marks) {
        if (mark.line <= 0) continue;
        QTextEdit::ExtraSelection wrong;
        wrong.cursor = cursorAt(mark.line, mark.column);
        wrong.cursor.movePosition(QTextCursor::EndOfBlock, QTextCursor::KeepAnchor);
        wrong.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        wrong.format.setUnderlineColor(palette().color(kErrorRole));
        shown << wrong;
    }
    setExtraSelections(shown);
    m_numbers->update();
}

void TomlEditor::jumpTo(int line, int column)
{
    setTextCursor(cursorAt(line, column));
    centerCursor();
    m_litLine = textCursor().blockNumber() + 1;
    showMarks();
}

int TomlEditor::numbersWidth() const
{
    const int digits = int(QString::number(std::max(99, blockCount())).size());
    return fontMetrics().horizontalAdvance(QLatin1Char('9')) * digits + 3 * kGap;
}

void TomlEditor::placeNumbers()
{
    setViewportMargins(numbersWidth(), 0, 0, 0);
    const QRect inside = contentsRect();
    m_numbers->setGeometry(inside.left(), inside.top(), numbersWidth(), inside.height());
}

void TomlEditor::paintNumbers(QPaintEvent* event)
{
    QPainter painter(m_numbers);
    painter.fillRect(event->rect(), palette().color(QPalette::AlternateBase));
    painter.setFont(font());
    painter.setRenderHint(QPainter::Antialiasing);
    for (QTextBlock block = firstVisibleBlock(); block.isValid(); block = block.next()) {
        const QRectF rect = blockBoundingGeometry(block).translated(contentOffset());
        if (rect.top() > event->rect().bottom()) break;
        const int line = block.blockNumber() + 1;
        const bool wrong = std::any_of(m_marks.begin(), m_marks.end(), [line](const TextMark& m) { return m.line == line; });
        painter.setPen(palette().color(wrong ? kErrorRole : QPalette::PlaceholderText));
        painter.drawText(QRectF(0, rect.top(), m_numbers->width() - kGap, rect.height()),
                         Qt::AlignRight | Qt::AlignAbsolute | Qt::AlignVCenter, QString::number(line));
        if (!wrong) continue;
        painter.setBrush(palette().color(kErrorRole));
        painter.drawEllipse(QPointF(kGap, rect.center().y()), 2.5, 2.5);
    }
}

void TomlEditor::showColours()
{
    m_highlighter->setGround(palette());
    showMarks();
}

void TomlEditor::resizeEvent(QResizeEvent* event)
{
    QPlainTextEdit::resizeEvent(event);
    placeNumbers();
}

void TomlEditor::focusOutEvent(QFocusEvent* event)
{
    QPlainTextEdit::focusOutEvent(event);
    Q_EMIT editingDone();
}

void TomlEditor::changeEvent(QEvent* event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) showColours();
}

bool TomlEditor::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int line = cursorForPosition(viewport()->mapFrom(this, help->pos())).blockNumber() + 1;
        QStringList said;
        for (const TextMark& mark : m_marks)
            if (mark.line == line) said << mark.message;
        said.isEmpty() ? QToolTip::hideText() : QToolTip::showText(help->globalPos(), said.join(QLatin1Char('\n')), this);
        return true;
    }
    return QPlainTextEdit::event(event);
}

}  // namespace moebel
