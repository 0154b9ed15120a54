// One model: what it is, what is wrong with it, and its tensors.
#pragma once

#include <QWidget>

#include "app/workbench/control/models/known_models.h"

class QGridLayout;
class QLabel;
class QLineEdit;
class QSortFilterProxyModel;
class QTreeView;

namespace moebel
{

class ExportMenu;
class TensorTreeModel;

class ModelDetails : public QWidget
{
    Q_OBJECT

public:
    explicit ModelDetails(QWidget* parent = nullptr);

    /// None: nothing is chosen.
    void setModel(const KnownModel* model);
    /// Of the tensors.
    ExportMenu& exportMenu() const { return *m_exports; }
    void focusSearch();

private:
    void build();
    void addFact(const QString& label, const QString& text);
    void showFacts(const ModelFacts& facts);
    void showProblems(const KnownModel& model);
    void search(const QString& words);

    QLabel* m_name;
    QLabel* m_place;
    QLabel* m_problems;
    QWidget* m_facts;
    QGridLayout* m_grid = nullptr;
    QLineEdit* m_search;
    TensorTreeModel* m_tensors;
    QSortFilterProxyModel* m_found;
    QTreeView* m_tree;
    QLabel* m_none;
    ExportMenu* m_exports = nullptr;
};

}  // namespace moebel
