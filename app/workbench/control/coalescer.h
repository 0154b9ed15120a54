// Many small changes, one look at them.
#pragma once

#include <QObject>
#include <QTimer>

namespace moebel
{

/// After the first touch() of a series `due` comes once, 40 ms later; touches in between come along. So a view is drawn at most
/// 25 times a second however fast its data comes, and never later than 40 ms after a change.
class Coalescer : public QObject
{
    Q_OBJECT

public:
    static constexpr int kMilliseconds = 40;

    explicit Coalescer(QObject* parent = nullptr) : QObject(parent)
    {
        m_timer.setSingleShot(true);
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(kMilliseconds);
        connect(&m_timer, &QTimer::timeout, this, &Coalescer::due);
    }

    void touch()
    {
        if (!m_timer.isActive()) m_timer.start();
    }
    void cancel() { m_timer.stop(); }

Q_SIGNALS:
    void due();

private:
    QTimer m_timer;
};

}  // namespace moebel
