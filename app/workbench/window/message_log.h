// Everything the window said, with its time.
#pragma once

#include <QPlainTextEdit>

namespace moebel
{

class MessageLog : public QPlainTextEdit
{
    Q_OBJECT

public:
    explicit MessageLog(QWidget* parent = nullptr);
    void add(const QString& sentence);
};

}  // namespace moebel
