// Work off the GUI thread: a value in, a value out.
#pragma once

#include <QFutureWatcher>
#include <QObject>
#include <QPointer>
#include <QThreadPool>
#include <QtConcurrent>
#include <memory>
#include <type_traits>
#include <utility>

namespace moebel
{

/// Owns the threads and joins them when it is destroyed.
class Jobs : public QObject
{
    Q_OBJECT

public:
    explicit Jobs(QObject* parent = nullptr) : QObject(parent) { m_pool.setMaxThreadCount(2); }
    ~Jobs() override { m_pool.waitForDone(); }

    /// Calls work() on a pool thread and done(value) on this one, unless `context` is gone by then.
    template <typename Work, typename DoneCall>
    void run(QObject* context, Work work, DoneCall done)
    {
        using Value = std::invoke_result_t<Work>;
        auto* watcher = new QFutureWatcher<Value>(this);
        ++m_outstanding;
        connect(watcher, &QFutureWatcherBase::finished, this,
                [this, watcher, guard = QPointer<QObject>(context), done = std::move(done)] {
                    auto value = watcher->future().takeResult();
                    if (guard) done(std::move(value));
                    watcher->deleteLater();
                    if (--m_outstanding == 0) Q_EMIT allDone();
                });
        watcher->setFuture(QtConcurrent::run(&m_pool, std::move(work)));
    }

    /// From work that is under way: calls part(value) on this object's thread, unless `context` is gone by then.
    template <typename Value, typename PartCall>
    void deliver(const QPointer<QObject>& context, Value value, PartCall part)
    {
        QMetaObject::invokeMethod(
            this,
            [context, value = std::move(value), part = std::move(part)]() mutable {
                if (context) part(std::move(value));
            },
            Qt::QueuedConnection);
    }

    /// Counts as work under way until it is let go: a child process that was asked something.
    [[nodiscard]] std::shared_ptr<void> hold()
    {
        ++m_outstanding;
        return {this, [guard = QPointer<Jobs>(this)](void*) {
                    if (guard && --guard->m_outstanding == 0) Q_EMIT guard->allDone();
                }};
    }

    bool busy() const { return m_outstanding > 0; }

Q_SIGNALS:
    /// Nothing is under way any more, and everything that was has been delivered.
    void allDone();

private:
    QThreadPool m_pool;
    int m_outstanding = 0;
};

}  // namespace moebel
