#include "app/workbench/window/docks.h"

#include <QDockWidget>
#include <QMainWindow>

#include "app/workbench/window/message_log.h"
#include "app/workbench/window/queue_panel.h"
#include "app/workbench/window/run_navigator.h"
#include "widgets/support/export_menu.h"

namespace moebel
{

Docks::Docks(QMainWindow& window, PageContext& context)
    : QObject(&window), m_window(window), m_actions(context.actions), m_messages(new MessageLog)
{
    auto* runs = new RunNavigator(context.selection);
    connect(&runs->exportMenu(), &ExportMenu::told, &context.navigator, &Navigator::tellResult);
    add(QStringLiteral("dock.runs"), tr("Runs"), runs, Qt::LeftDockWidgetArea,
        QKeySequence(int(Qt::CTRL) | int(Qt::SHIFT) | int(Qt::Key_R)));
    add(QStringLiteral("dock.messages"), tr("Messages"), m_messages, Qt::BottomDockWidgetArea,
        QKeySequence(int(Qt::CTRL) | int(Qt::SHIFT) | int(Qt::Key_M)));
    QDockWidget* queue = add(QStringLiteral("dock.queue"), tr("Queue"), new QueuePanel(context.queue), Qt::BottomDockWidgetArea,
                             QKeySequence(int(Qt::CTRL) | int(Qt::SHIFT) | int(Qt::Key_Q)));
    const auto& waiting = context.queue.model();
    const auto seen = [queue, &waiting] { queue->setVisible(queue->isVisible() || waiting.rowCount() > 0); };
    connect(&waiting, &QAbstractItemModel::rowsInserted, queue, seen);
    connect(&waiting, &QAbstractItemModel::modelReset, queue, seen);
    arrange({});
}

QDockWidget* Docks::add(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area,
                        const QKeySequence& shortcut)
{
    auto* dock = new QDockWidget(title, &m_window);
    dock->setObjectName(name);
    dock->setWidget(content);
    QAction* toggle = dock->toggleViewAction();
    toggle->setText(tr("%1 beside the page").arg(title));
    toggle->setShortcut(shortcut);
    m_actions.adopt(ActionMenu::View, name, toggle);
    m_docks.append({dock, area});
    return dock;
}

void Docks::arrange(const QStringList& shown)
{
    for (const auto& [dock, area] : m_docks) {
        dock->setFloating(false);
        m_window.addDockWidget(area, dock);
        dock->setVisible(shown.contains(dock->objectName()));
    }
}

}  // namespace moebel
