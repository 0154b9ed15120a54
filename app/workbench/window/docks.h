// What stands around the pages and can be moved, closed and brought back.
#pragma once

#include <QList>
#include <QObject>

#include "app/workbench/page/page_context.h"

class QDockWidget;
class QMainWindow;

namespace moebel
{

class MessageLog;

class Docks : public QObject
{
    Q_OBJECT

public:
    /// Makes them, hidden, and puts their switches into the table of actions.
    Docks(QMainWindow& window, PageContext& context);

    MessageLog& messages() { return *m_messages; }
    /// Every dock to the place where it is made; shown are those whose object names are listed.
    void arrange(const QStringList& shown);

private:
    QDockWidget* add(const QString& name, const QString& title, QWidget* content, Qt::DockWidgetArea area,
                     const QKeySequence& shortcut);

    QMainWindow& m_window;
    ActionTable& m_actions;
    QList<QPair<QDockWidget*, Qt::DockWidgetArea>> m_docks;
    MessageLog* m_messages;
};

}  // namespace moebel
