// The frame: a bar of pages and the page that is shown.
#pragma once

#include <QMainWindow>
#include <QUndoGroup>

#include "app/workbench/application/action_table.h"
#include "app/workbench/application/options.h"
#include "app/workbench/control/jobs.h"
#include "app/workbench/control/navigator.h"
#include "app/workbench/control/run_queue.h"
#include "app/workbench/control/selection.h"
#include "app/workbench/page/page_context.h"

class QStackedWidget;
class QTimer;
class QToolBar;

namespace moebel
{

class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    explicit MainWindow(const WorkbenchOptions& options);
    /// Pages go first: they use what the window holds.
    ~MainWindow() override;

    void open(const OpenedFolder& folder);
    /// Brings it to the front; nothing happens when there is no such page.
    void showPage(PageId page);
    /// Reads that are under way; the screenshot waits for them.
    Jobs& jobs() { return m_jobs; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void addPages();
    void addActions();
    void connectAll();
    void showProject();
    void chooseFolder();
    void recolourIcons();

    WorkbenchOptions m_options;
    Jobs m_jobs;
    Selection m_selection;
    Navigator m_navigator;
    ActionTable m_actions;
    WorkerLauncher m_launcher;
    RunQueue m_queue;
    QUndoGroup m_undo;
    PageContext m_context;
    QStackedWidget* m_pages;
    QToolBar* m_bar;
    QTimer* m_refresh;
};

}  // namespace moebel
