#include "app/workbench/window/message_log.h"

#include <QLocale>
#include <QTime>

namespace moebel
{

namespace
{

constexpr int kMostLines = 5000;

}  // namespace

MessageLog::MessageLog(QWidget* parent) : QPlainTextEdit(parent)
{
    setObjectName(QStringLiteral("messageLog"));
    setAccessibleName(tr("Messages"));
    setReadOnly(true);
    setFrameShape(QFrame::NoFrame);
    setMaximumBlockCount(kMostLines);
    setPlaceholderText(tr("What the window has to say is kept here."));
}

void MessageLog::add(const QString& sentence)
{
    appendPlainText(QStringLiteral("\u2068%1\u2069  %2")
                        .arg(QLocale().toString(QTime::currentTime(), QStringLiteral("hh:mm:ss")), sentence));
}

}  // namespace moebel
