#include "app/workbench/window/run_notice.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QVariantMap>
#include <QWidget>

#include "app/workbench/application/desktop_colours.h"
#include "app/workbench/control/run_list_model.h"

namespace moebel
{

void notifyDesktop(const QString& title, const QString& text)
{
    if (!hasSessionBus()) return;
    const QString service = QStringLiteral("org.freedesktop.Notifications");
    QDBusMessage call = QDBusMessage::createMethodCall(service, QStringLiteral("/org/freedesktop/Notifications"), service,
                                                       QStringLiteral("Notify"));
    const QString id = QGuiApplication::desktopFileName();
    call << QApplication::applicationName() << 0U << id << title << text.toHtmlEscaped() << QStringList()
         << QVariantMap{{QStringLiteral("desktop-entry"), id}} << -1;
    QDBusConnection::sessionBus().send(call);
}

RunNotice::RunNotice(Selection& selection, QWidget& window, Notify notify)
    : QObject(&window), m_selection(selection), m_window(window), m_notify(std::move(notify))
{
    connect(&m_selection, &Selection::projectChanged, this, &RunNotice::look);
}

void RunNotice::look()
{
    const ProjectContents& project = m_selection.project();
    if (project.folder != m_project) m_live.clear();
    m_project = project.folder;
    for (const RunSummary& run : project.runs) {
        if (isLive(run.status.state) || run.status.ending) {
            m_live.insert(run.id);
            continue;
        }
        if (m_live.erase(run.id) == 0 || m_window.isActiveWindow()) continue;
        const QString title = QString::fromStdString(run.title.empty() ? run.id : run.title);
        const QString reason = QString::fromStdString(run.status.reason);
        m_notify(tr("%1: %2").arg(title, stateText(run.status)), reason);
        QApplication::alert(&m_window);
    }
}

}  // namespace moebel
