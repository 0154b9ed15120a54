// What a page shows when it has nothing to show: a sentence, and buttons for what can be done about it.
#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;

namespace moebel
{

class ActionTable;

class EmptyState : public QWidget
{
    Q_OBJECT

public:
    explicit EmptyState(const ActionTable& actions, QWidget* parent = nullptr);

    /// `actions`: their ids; one that is not there has no button.
    void show(const QString& sentence, const QStringList& actions = {});
    QString sentence() const;

private:
    const ActionTable& m_actions;
    QLabel* m_sentence;
    QHBoxLayout* m_buttons;
    QStringList m_shown;
};

/// A project is to be made or opened.
QStringList projectActions();

}  // namespace moebel
