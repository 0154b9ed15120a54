#include "app/workbench/page/page_head.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>

#include "app/workbench/application/action_table.h"

namespace moebel
{

PageHead::PageHead(QLabel& title, const ActionTable& actions, QWidget* parent)
    : QWidget(parent), m_actions(actions), m_row(new QHBoxLayout(this))
{
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->addWidget(&title);
    m_row->addStretch(1);
}

QPushButton* PageHead::add(const QString& text, const QString& name)
{
    auto* button = new QPushButton(text, this);
    button->setObjectName(name);
    m_row->addWidget(button);
    return button;
}

QPushButton* PageHead::addButton(const QString& action)
{
    QAction* what = m_actions.find(action);
    QPushButton* button = add(what->text(), action);
    connect(button, &QPushButton::clicked, what, &QAction::trigger);
    return button;
}

QPushButton* PageHead::addMenu(const QString& text, const QString& name, const QStringList& actions)
{
    QPushButton* button = add(text, name);
    auto* menu = new QMenu(button);
    for (const QString& action : actions) menu->addAction(m_actions.find(action));
    button->setMenu(menu);
    return button;
}

}  // namespace moebel
