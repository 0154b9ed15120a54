// The line at the top of a page: its title, and on the right the buttons of its actions.
#pragma once

#include <QStringList>
#include <QWidget>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace moebel
{

class ActionTable;

class PageHead : public QWidget
{
    Q_OBJECT

public:
    PageHead(QLabel& title, const ActionTable& actions, QWidget* parent);

    /// Named and labelled as the action.
    QPushButton* addButton(const QString& action);
    QPushButton* addMenu(const QString& text, const QString& name, const QStringList& actions);

private:
    QPushButton* add(const QString& text, const QString& name);

    const ActionTable& m_actions;
    QHBoxLayout* m_row;
};

}  // namespace moebel
