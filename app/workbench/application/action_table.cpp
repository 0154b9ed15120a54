#include "app/workbench/application/action_table.h"

#include <QMenu>
#include <QMenuBar>

namespace moebel
{

namespace
{

QString groupOf(const QAction& action) { return action.objectName().section(QLatin1Char('.'), 0, 0); }

}  // namespace

QAction* ActionTable::add(ActionMenu menu, const QString& id, const QString& text, const QKeySequence& shortcut,
                          QObject* context, std::function<void()> act)
{
    auto* action = new QAction(text, this);
    action->setShortcut(shortcut);
    connect(action, &QAction::triggered, context, [act = std::move(act)] { act(); });
    adopt(menu, id, action);
    return action;
}

void ActionTable::adopt(ActionMenu menu, const QString& id, QAction* action)
{
    Q_ASSERT(!find(id));
    action->setObjectName(id);
    m_entries.append({menu, action});
}

QList<QAction*> ActionTable::actions() const
{
    QList<QAction*> all;
    for (ActionMenu menu : kActionMenus) all += actions(menu);
    return all;
}

QList<QAction*> ActionTable::actions(ActionMenu menu) const
{
    QList<QAction*> some;
    for (const Entry& entry : m_entries)
        if (entry.menu == menu) some << entry.action;
    return some;
}

QAction* ActionTable::find(const QString& id) const
{
    for (const Entry& entry : m_entries)
        if (entry.action->objectName() == id) return entry.action;
    return nullptr;
}

void ActionTable::fill(QMenuBar& bar) const
{
    for (ActionMenu kind : kActionMenus) {
        const QList<QAction*> some = actions(kind);
        if (some.isEmpty()) continue;
        QMenu* menu = bar.addMenu(menuText(kind));
        QString group = groupOf(*some.first());
        for (QAction* action : some) {
            if (groupOf(*action) != group) menu->addSeparator();
            group = groupOf(*action);
            menu->addAction(action);
        }
    }
}

QString menuText(ActionMenu menu)
{
    switch (menu) {
        case ActionMenu::Project:
            return ActionTable::tr("&Project");
        case ActionMenu::Edit:
            return ActionTable::tr("&Edit");
        case ActionMenu::Run:
            return ActionTable::tr("&Run");
        case ActionMenu::View:
            return ActionTable::tr("&View");
        case ActionMenu::Workspace:
            return ActionTable::tr("&Workspace");
        case ActionMenu::Help:
            return ActionTable::tr("&Help");
    }
    return {};
}

QString plainText(const QAction& action)
{
    QString text = action.text();
    text.remove(QLatin1Char('&'));
    while (text.endsWith(QChar(0x2026)) || text.endsWith(QLatin1Char('.'))) text.chop(1);
    return text;
}

}  // namespace moebel
