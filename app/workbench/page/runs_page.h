// The list of runs: find them, star them, note something, open and compare them.
#pragma once

#include <QWidget>

#include "app/workbench/control/models/model_exporter.h"
#include "app/workbench/control/run_list_model.h"
#include "app/workbench/control/run_notes.h"
#include "app/workbench/control/run_sparklines.h"
#include "app/workbench/page/keeps_view.h"
#include "app/workbench/page/page_context.h"
#include "app/workbench/page/when_seen.h"

class QLabel;
class QLineEdit;
class QMenu;

namespace moebel
{

class EmptyState;
class RunTableView;

class RunsPage : public QWidget, public KeepsView
{
    Q_OBJECT

public:
    explicit RunsPage(PageContext& context, QWidget* parent = nullptr);

    QJsonObject view() const override;
    void restoreView(const QJsonObject& view) override;

protected:
    void showEvent(QShowEvent* event) override;

private:
    void build();
    void connectAll();
    void addActions();
    void showProject();
    void showCounts();
    void showChosen();
    void filter(const QString& text);
    void choose(const QModelIndex& current);
    void openChosen();
    void showMenu(const QPoint& where);
    /// Asks for the folder to make.
    void exportModel(ExportKind kind);
    /// Folders of the chosen runs, the current one first.
    QStringList chosenFolders();

    PageContext& m_context;
    Selection& m_selection;
    RunNotesEditor m_notes;
    RunSparklines m_sparklines;
    ModelExporter m_exporter;
    RunListModel* m_model;
    QLabel* m_title;
    QLabel* m_summary;
    QLineEdit* m_filter;
    QLabel* m_problem;
    RunTableView* m_table;
    EmptyState* m_empty;
    WhenSeen* m_showing;      ///< showProject(): a hidden list costs nothing
    bool m_changing = false;  ///< rows move without the user: the chosen run stays
};

}  // namespace moebel
