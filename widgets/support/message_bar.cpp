#include "widgets/support/message_bar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QToolButton>

namespace moebel
{

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent),
      m_sign(new QLabel(this)),
      m_text(new QLabel(this)),
      m_more(new QLabel(this)),
      m_close(new QToolButton(this))
{
    setObjectName(QStringLiteral("messageBar"));
    setAutoFillBackground(true);
    QFont bold = font();
    bold.setBold(true);
    m_sign->setFont(bold);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_close->setText(QStringLiteral("\u2715"));
    m_close->setAutoRaise(true);
    m_close->setAccessibleName(tr("Close the message"));
    m_close->setToolTip(tr("Close the message (Esc)"));
    connect(m_close, &QToolButton::clicked, this, &MessageBar::dismiss);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(16, 8, 8, 8);
    row->setSpacing(10);
    row->addWidget(m_sign);
    row->addWidget(m_text, 1);
    row->addWidget(m_more);
    row->addWidget(m_close);
    showNewest();
}

void MessageBar::add(Kind kind, const QString& sentence)
{
    m_messages.removeIf([&](const Message& message) { return message.sentence == sentence; });
    m_messages.append({kind, sentence});
    showNewest();
}

QString MessageBar::sentence() const { return m_messages.isEmpty() ? QString() : m_messages.last().sentence; }

void MessageBar::dismiss()
{
    if (!m_messages.isEmpty()) m_messages.removeLast();
    showNewest();
}

void MessageBar::showNewest()
{
    setVisible(!m_messages.isEmpty());
    if (m_messages.isEmpty()) return;
    const Message& message = m_messages.last();
    m_sign->setText(message.kind == Kind::Error ? tr("Error") : tr("Note"));
    m_text->setText(message.sentence);
    m_text->setAccessibleName(message.sentence);
    m_more->setVisible(m_messages.size() > 1);
    m_more->setText(tr("%n more", nullptr, int(m_messages.size()) - 1));
    colour();
}

void MessageBar::colour()
{
    const bool dark = palette().color(QPalette::Window).lightness() < 128;
    const bool error = !m_messages.isEmpty() && m_messages.last().kind == Kind::Error;
    const char* ground = error ? (dark ? "#4a1f1a" : "#fbe3de") : (dark ? "#40351a" : "#fbf0d2");
    const char* text = dark ? "#f3e6e3" : "#3a1710";
    const QString sheet =
        QStringLiteral("#messageBar{background:%1} #messageBar QLabel,#messageBar QToolButton{color:%2}").arg(ground, text);
    if (sheet != styleSheet()) setStyleSheet(sheet);
}

void MessageBar::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && !m_messages.isEmpty()) colour();
    QFrame::changeEvent(event);
}

void MessageBar::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        dismiss();
    else
        QFrame::keyPressEvent(event);
}

}  // namespace moebel
