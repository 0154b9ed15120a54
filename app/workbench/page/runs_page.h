// The list of runs.
#pragma once

#include <QWidget>

#include "app/workbench/control/run_list_model.h"
#include "app/workbench/page/page_context.h"

class QLabel;
class QLineEdit;
class QSortFilterProxyModel;
class QTableView;

namespace moebel
{

class RunsPage : public QWidget
{
    Q_OBJECT

public:
    explicit RunsPage(PageContext& context, QWidget* parent = nullptr);

private:
    void build();
    void showProject();
    void showChosen();
    void choose(const QModelIndex& current);

    Selection& m_selection;
    RunListModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QLabel* m_title;
    QLabel* m_summary;
    QLineEdit* m_filter;
    QTableView* m_table;
    QLabel* m_empty;
};

}  // namespace moebel
