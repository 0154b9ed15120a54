// Every action of the window in one table: the menus, the toolbar, the list of shortcuts and the palette are made from it.
#pragma once

#include <QAction>
#include <QKeySequence>
#include <QList>
#include <QObject>
#include <QString>
#include <functional>

class QMenuBar;

namespace moebel
{

/// The menu an action stands in.
enum class ActionMenu { Project, Edit, Run, View, Workspace, Help };
inline constexpr ActionMenu kActionMenus[] = {ActionMenu::Project, ActionMenu::Edit,      ActionMenu::Run,
                                              ActionMenu::View,    ActionMenu::Workspace, ActionMenu::Help};

class ActionTable : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Makes an action. `id` is its object name ("live.stop"); the first part groups actions inside a menu. `act` is called
    /// while `context` lives. Actions of one page: put the page as `context`, and they work in the whole window.
    QAction* add(ActionMenu menu, const QString& id, const QString& text, const QKeySequence& shortcut, QObject* context,
                 std::function<void()> act);
    /// One that is made and triggered elsewhere (undo, a dock's toggle).
    void adopt(ActionMenu menu, const QString& id, QAction* action);

    QList<QAction*> actions() const;
    QList<QAction*> actions(ActionMenu menu) const;
    /// Null when there is none.
    QAction* find(const QString& id) const;
    /// One menu for each ActionMenu that has actions, a line between groups.
    void fill(QMenuBar& bar) const;

private:
    struct Entry {
        ActionMenu menu;
        QAction* action;
    };
    QList<Entry> m_entries;
};

/// "Project" and the like with the letter of its menu marked.
QString menuText(ActionMenu menu);
/// What an action says without the mark of its letter and without dots behind it.
QString plainText(const QAction& action);

}  // namespace moebel
