// The runs beside any page: a narrow list to choose from.
#pragma once

#include <QWidget>

#include "app/workbench/control/run_list_model.h"
#include "app/workbench/control/selection.h"

class QLineEdit;
class QTableView;

namespace moebel
{

class ExportMenu;

class RunNavigator : public QWidget
{
    Q_OBJECT

public:
    ExportMenu& exportMenu() const { return *m_exports; }
    explicit RunNavigator(Selection& selection, QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void showProject();
    void showChosen();

    Selection& m_selection;
    RunListModel* m_model;
    QLineEdit* m_filter;
    QTableView* m_list;
    ExportMenu* m_exports;
};

}  // namespace moebel
