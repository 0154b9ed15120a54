// Help on one page: every action with its keys.
#pragma once

#include <QDialog>

namespace moebel
{

class ActionTable;

class ShortcutsDialog : public QDialog
{
    Q_OBJECT

public:
    explicit ShortcutsDialog(const ActionTable& actions, QWidget* parent = nullptr);
};

}  // namespace moebel
