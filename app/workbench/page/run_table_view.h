// The table of runs: columns to choose and to move, stars to click, rows to copy.
#pragma once

#include <QTableView>

#include "app/workbench/control/run_list_model.h"

namespace moebel
{

class ExportMenu;
class TableColumns;

class RunTableView : public QTableView
{
    Q_OBJECT

public:
    explicit RunTableView(QWidget* parent = nullptr);

    void setRunModel(RunListModel* model);
    /// Ids of the chosen rows, the current one first.
    QStringList chosenRuns() const;
    /// Its owner shows it: the runs have a menu of their own.
    ExportMenu& exportMenu() const { return *m_exports; }

    /// As wide as what is shown, where the user did not choose a width.
    void fitColumns();

Q_SIGNALS:
    /// Enter or a double click on a row.
    void opened();

private:
    ExportMenu* m_exports;
    RunListModel* m_model = nullptr;
    TableColumns* m_columns = nullptr;
};

}  // namespace moebel
