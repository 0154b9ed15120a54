// A strip over the window's content that says what went wrong, until it is closed. It never stops anybody from working.
#pragma once

#include <QFrame>
#include <QStringList>

class QLabel;
class QToolButton;

namespace moebel
{

class MessageBar : public QFrame
{
    Q_OBJECT

public:
    enum class Kind { Warning, Error };

    explicit MessageBar(QWidget* parent = nullptr);

    /// Shows a sentence in front of what is still there; the same one is not shown twice.
    void add(Kind kind, const QString& sentence);
    /// The sentence that is shown; empty when the bar is hidden.
    QString sentence() const;
    /// How many are open.
    int count() const { return int(m_messages.size()); }
    /// Puts the shown one away and shows the one before it.
    void dismiss();

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void showNewest();
    void colour();

    struct Message {
        Kind kind;
        QString sentence;
    };
    QList<Message> m_messages;
    QLabel* m_sign;
    QLabel* m_text;
    QLabel* m_more;
    QToolButton* m_close;
};

}  // namespace moebel
