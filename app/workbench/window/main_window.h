// The frame: a bar of pages and the page that is shown.
#pragma once

#include <QMainWindow>

#include "app/workbench/application/options.h"
#include "app/workbench/control/jobs.h"
#include "app/workbench/control/selection.h"

class QActionGroup;
class QStackedWidget;
class QTimer;

namespace moebel {

class RoutingPage;
class RunsPage;

class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(const WorkbenchOptions& options);

    void open(const OpenedFolder& folder);
    void showPage(PageId page);
    /// Reads that are under way; the screenshot waits for them.
    Jobs& jobs() { return m_jobs; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void addPage(PageId page, const QString& title, QWidget* widget, const QKeySequence& shortcut);
    void buildMenu();
    void chooseFolder();
    void recolourIcons();

    Jobs m_jobs;
    Selection m_selection;
    QStackedWidget* m_pages;
    QToolBar* m_bar;
    QActionGroup* m_pageActions;
    RunsPage* m_runs;
    RoutingPage* m_routing;
    QTimer* m_refresh;
};

}  // namespace moebel
