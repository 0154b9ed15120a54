// Tells that a run has ended while nobody looks at the window.
#pragma once

#include <QObject>
#include <QString>
#include <functional>
#include <set>
#include <string>

#include "app/workbench/control/selection.h"

namespace moebel
{

/// A notification of the desktop (org.freedesktop.Notifications); nothing where there is none.
void notifyDesktop(const QString& title, const QString& text);

/// Follows the runs of the project; for one that was live and has ended while `window` is not the active one, it notifies and
/// asks for attention.
class RunNotice : public QObject
{
    Q_OBJECT

public:
    using Notify = std::function<void(const QString& title, const QString& text)>;
    RunNotice(Selection& selection, QWidget& window, Notify notify = notifyDesktop);

private:
    void look();

    Selection& m_selection;
    QWidget& m_window;
    Notify m_notify;
    QString m_project;
    std::set<std::string> m_live;  ///< ids of the runs that were live when they were looked at last
};

}  // namespace moebel
