#include "widgets/text/console_view.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QEvent>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QTextBlock>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/support/script_fonts.h"
#include "widgets/text/console_highlighter.h"

namespace moebel
{

ConsoleView::ConsoleView(QWidget* parent)
    : QWidget(parent),
      m_text(new QPlainTextEdit(this)),
      m_search(new QLineEdit(this)),
      m_found(new QLabel(this)),
      m_only(new QCheckBox(tr("Only &matches"), this)),
      m_follow(new QCheckBox(tr("&Follow"), this)),
      m_copy(new QToolButton(this)),
      m_highlighter(new ConsoleHighlighter(m_text->document()))
{
    build();
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_only->setEnabled(!text.isEmpty());
        m_highlighter->setSearch(text);
        m_only->isChecked() ? rebuild() : countMatches();
    });
    connect(m_only, &QCheckBox::toggled, this, &ConsoleView::rebuild);
    connect(m_follow, &QCheckBox::toggled, this, [this](bool follows) {
        if (follows) m_text->verticalScrollBar()->setValue(m_text->verticalScrollBar()->maximum());
    });
    connect(m_copy, &QToolButton::clicked, this, &ConsoleView::copy);
    m_text->viewport()->installEventFilter(this);
}

void ConsoleView::build()
{
    m_text->setObjectName(QStringLiteral("consoleText"));
    m_text->setReadOnly(true);
    m_text->setMaximumBlockCount(kMostLines);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setUndoRedoEnabled(false);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setAccessibleName(tr("Console"));
    QFont mono = withScripts(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    mono.setPointSizeF(font().pointSizeF() * 0.92);
    m_text->setFont(mono);
    m_search->setObjectName(QStringLiteral("consoleSearch"));
    m_search->setPlaceholderText(tr("Search"));
    m_search->setAccessibleName(tr("Search"));
    m_search->setClearButtonEnabled(true);
    m_found->setForegroundRole(QPalette::PlaceholderText);
    m_only->setEnabled(false);
    m_follow->setChecked(true);
    m_copy->setText(tr("&Copy"));
    m_copy->setToolTip(tr("Copy the selected lines, or all that are shown"));
    m_highlighter->setDark(palette().color(QPalette::Base).lightness() < 128);
    auto* bar = new QHBoxLayout;
    bar->setSpacing(8);
    bar->addWidget(m_search, 1);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_found, m_only, m_follow, m_copy}) bar->addWidget(widget);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(bar);
    layout->addWidget(m_text, 1);
}

void ConsoleView::appendLines(const QStringList& lines)
{
    if (lines.isEmpty()) return;
    m_lines += lines;
    if (m_lines.size() > kMostLines) m_lines.remove(0, m_lines.size() - kMostLines);
    addToView(matching(lines.size() > kMostLines ? m_lines : lines));
    countMatches();
}

void ConsoleView::clear()
{
    m_lines.clear();
    m_text->clear();
    countMatches();
}

void ConsoleView::setPlaceholder(const QString& text) { m_text->setPlaceholderText(text); }

void ConsoleView::setSearch(const QString& text) { m_search->setText(text); }

void ConsoleView::setOnlyMatches(bool only) { m_only->setChecked(only); }

void ConsoleView::setFollowing(bool following) { m_follow->setChecked(following); }

QStringList ConsoleView::matching(const QStringList& lines) const
{
    const QString search = m_search->text();
    return search.isEmpty() || !m_only->isChecked() ? lines : lines.filter(search, Qt::CaseInsensitive);
}

void ConsoleView::addToView(const QStringList& lines)
{
    if (lines.isEmpty()) return;
    QScrollBar* bar = m_text->verticalScrollBar();
    const int before = bar->value();
    m_text->appendPlainText(lines.join(QLatin1Char('\n')));
    bar->setValue(m_follow->isChecked() ? bar->maximum() : before);
}

void ConsoleView::rebuild()
{
    m_text->clear();
    addToView(matching(m_lines));
    countMatches();
}

void ConsoleView::countMatches()
{
    const QString search = m_search->text();
    const qsizetype count = search.isEmpty() ? 0 : m_lines.filter(search, Qt::CaseInsensitive).size();
    m_found->setText(search.isEmpty() ? QString() : tr("%n line(s)", nullptr, int(count)));
}

QStringList ConsoleView::shownLines() const
{
    const QString text = m_text->toPlainText();
    return text.isEmpty() ? QStringList() : text.split(QLatin1Char('\n'));
}

void ConsoleView::copy() const
{
    QString text = m_text->textCursor().selectedText();
    text.replace(QChar::ParagraphSeparator, QLatin1Char('\n'));
    QApplication::clipboard()->setText(text.isEmpty() ? m_text->toPlainText() : text);
}

bool ConsoleView::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::MouseButtonRelease && !m_text->textCursor().hasSelection() && !m_text->textCursor().atEnd())
        Q_EMIT lineChosen(m_text->textCursor().block().text());
    return QWidget::eventFilter(watched, event);
}

void ConsoleView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) m_highlighter->setDark(palette().color(QPalette::Base).lightness() < 128);
    QWidget::changeEvent(event);
}

}  // namespace moebel
