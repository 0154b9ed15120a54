// Work of a page that can wait until somebody looks at the page.
#pragma once

#include <QEvent>
#include <QStackedWidget>
#include <functional>
#include <utility>

namespace moebel
{

/// A page that another one covers in its stack is not seen; every other page is.
class WhenSeen : public QObject
{
public:
    WhenSeen(QWidget* page, std::function<void()> work) : QObject(page), m_page(page), m_work(std::move(work))
    {
        page->installEventFilter(this);
    }

    /// Works now, or once when the page comes to the front.
    void touch()
    {
        m_waits = true;
        const auto* stack = qobject_cast<const QStackedWidget*>(m_page->parentWidget());
        if (!stack || stack->currentWidget() == m_page) settle();
    }
    /// Works now if something waits; tells whether it did.
    bool settle()
    {
        if (!std::exchange(m_waits, false)) return false;
        m_work();
        return true;
    }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override
    {
        if (event->type() == QEvent::ShowToParent) settle();
        return QObject::eventFilter(watched, event);
    }

private:
    QWidget* m_page;
    std::function<void()> m_work;
    bool m_waits = false;
};

}  // namespace moebel
