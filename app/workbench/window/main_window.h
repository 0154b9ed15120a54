// The frame: a bar of pages, the page that is shown, and docks around it.
#pragma once

#include <QMainWindow>
#include <QUndoGroup>

#include "app/workbench/application/action_table.h"
#include "app/workbench/application/options.h"
#include "app/workbench/application/single_instance.h"
#include "app/workbench/application/text_size.h"
#include "app/workbench/application/theme_control.h"
#include "app/workbench/control/jobs.h"
#include "app/workbench/control/navigator.h"
#include "app/workbench/control/project_watch.h"
#include "app/workbench/control/run_queue.h"
#include "app/workbench/control/selection.h"
#include "app/workbench/page/page_context.h"
#include "app/workbench/settings/preferences.h"
#include "app/workbench/window/opener.h"
#include "app/workbench/window/workspaces.h"

class QLabel;
class QStackedWidget;
class QToolBar;

namespace moebel
{

class CommandPalette;
class Docks;
class MessageBar;

class MainWindow : public QMainWindow, private Arrangeable
{
    Q_OBJECT

public:
    explicit MainWindow(const WorkbenchOptions& options);
    /// Pages go first: they use what the window holds.
    ~MainWindow() override;

    void open(const Opening& opening) { m_opener.take(opening); }
    /// What another start of the program asked for: comes to the front, opens it.
    void bringUp(const Request& request);
    /// Opens what was open when the window was closed last.
    void openLast();
    /// Brings it to the front; nothing happens when there is no such page.
    void showPage(PageId page);
    /// One of its tabs as well; nothing happens when there is no such tab.
    void showPage(PageId page, const QString& view);
    PageId page() const;
    /// Reads that are under way; the screenshot waits for them.
    Jobs& jobs() { return m_jobs; }
    /// The project, the run and what of it is looked at.
    Selection& selection() { return m_selection; }
    ActionTable& actionTable() { return m_actions; }
    Workspaces& workspaces() { return m_workspaces; }

protected:
    void changeEvent(QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void build();
    void placeBar();
    void addPages();
    void connectAll();
    void restore();
    void showProject();
    void tell(MessageKind kind, const QString& sentence);
    void recolourIcons();

    WorkspaceMemory arrangement() const override;
    void arrange(const WorkspaceMemory& arrangement) override;
    WorkspaceMemory standard(const QString& workspace) const override;

    WorkbenchOptions m_options;
    QString m_stateFile;  ///< empty = nothing is kept
    Preferences m_preferences;
    ThemeControl m_theme;
    TextSize m_textSize;
    Jobs m_jobs;
    Selection m_selection;
    ProjectWatch m_watch;
    Navigator m_navigator;
    ProjectHome m_home;
    ActionTable m_actions;
    WorkerLauncher m_launcher;
    RunQueue m_queue;
    RunControls m_controls;
    KnownModels m_models;
    GlyphWatch m_glyphs;
    QUndoGroup m_undo;
    PageContext m_context;
    Opener m_opener;
    Workspaces m_workspaces;
    WindowMemory m_last;  ///< as it was read at the start

    MessageBar* m_messages;
    QStackedWidget* m_pages;
    QList<QJsonObject> m_standardLayouts;  ///< of the pages as they were made
    QToolBar* m_bar;
    QLabel* m_counts;
    Docks* m_docks = nullptr;
    CommandPalette* m_palette;
};

}  // namespace moebel
