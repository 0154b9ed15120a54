// The base models of the project: added by folder, file or drag and drop, looked at, taken as a base.
#pragma once

#include <QWidget>

#include "app/workbench/page/page_context.h"

class QLabel;
class QPushButton;
class QSplitter;
class QTableView;

namespace moebel
{

class ExportMenu;
class ModelDetails;
class ModelTableModel;

class ModelsPage : public QWidget
{
    Q_OBJECT

public:
    explicit ModelsPage(PageContext& context, QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void build();
    QWidget* buildHead();
    void addActions();
    void connectAll();
    void choose(bool folder);
    void showList();
    void showChosen();
    const KnownModel* chosen() const;

    PageContext& m_context;
    KnownModels& m_models;
    ModelTableModel* m_table;
    QTableView* m_list;
    ModelDetails* m_details;
    QSplitter* m_panes;
    QLabel* m_empty;
    QPushButton* m_remove = nullptr;
    QPushButton* m_base = nullptr;
    ExportMenu* m_exports = nullptr;
    QString m_wanted;  ///< path of the model that is looked at
};

}  // namespace moebel
