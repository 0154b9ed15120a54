// An application that knows how long each of its events held the GUI thread, and when a window was painted last.
#pragma once

#include <QApplication>
#include <QMetaEnum>
#include <map>

#include "tests/bench/times.h"

namespace moebel::bench
{

class WatchedApplication : public QApplication
{
public:
    using QApplication::QApplication;

    /// Forgets what was measured.
    void restart()
    {
        m_held = Times();
        m_longest.clear();
    }
    /// Of every event that nothing else was the cause of, since restart().
    const Times& held() const { return m_held; }
    /// Who held the thread longest, and how long.
    void printLongest(int most = 6) const
    {
        std::multimap<double, std::string, std::greater<>> sorted;
        for (const auto& [who, spent] : m_longest) sorted.emplace(spent.processor, who);
        for (const auto& [milliseconds, who] : sorted) {
            if (most-- == 0) return;
            std::printf("    %8.2f ms (wall %8.2f)  %s\n", milliseconds, m_longest.at(who).wall, who.c_str());
        }
    }
    int paints() const { return m_paints; }

    bool notify(QObject* receiver, QEvent* event) override
    {
        if (event->type() == QEvent::UpdateRequest) ++m_paints;
        if (m_inside) return QApplication::notify(receiver, event);
        const std::string who = std::string(receiver->metaObject()->className()) + " " + qPrintable(receiver->objectName()) +
                                " " + std::to_string(int(event->type()));
        m_inside = true;
        const Stopwatch watch;
        const bool done = QApplication::notify(receiver, event);
        const Spent spent = watch.spent();
        m_inside = false;
        m_held.add(spent);
        Spent& longest = m_longest[who];
        if (spent.processor > longest.processor) longest = spent;
        return done;
    }

private:
    Times m_held;
    std::map<std::string, Spent> m_longest;
    int m_paints = 0;
    bool m_inside = false;
};

}  // namespace moebel::bench
