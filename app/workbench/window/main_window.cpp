#include "app/workbench/window/main_window.h"

#include <QActionGroup>
#include <QApplication>
#include <QFileDialog>
#include <QMenuBar>
#include <QMessageBox>
#include <QStackedWidget>
#include <QTimer>
#include <QToolBar>
#include <algorithm>

#include "app/workbench/application/theme.h"
#include "app/workbench/page/routing_page.h"
#include "app/workbench/page/runs_page.h"

namespace moebel {

namespace {

constexpr int kRefreshMilliseconds = 3000;

}  // namespace

MainWindow::MainWindow(const WorkbenchOptions& options)
    : m_selection(m_jobs),
      m_pages(new QStackedWidget(this)),
      m_bar(new QToolBar(tr("Pages"), this)),
      m_pageActions(new QActionGroup(this)),
      m_runs(new RunsPage(m_selection)),
      m_routing(new RoutingPage(m_selection, m_jobs)),
      m_refresh(new QTimer(this))
{
    setWindowTitle(tr("Moebel"));
    setCentralWidget(m_pages);
    m_bar->setMovable(false);
    m_bar->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    m_bar->setIconSize(QSize(26, 26));
    m_bar->setStyleSheet(
        QStringLiteral("QToolBar{border:0;background:palette(alternate-base);padding:6px;spacing:4px}"
                       "QToolButton{min-width:58px;min-height:50px}"));
    addToolBar(Qt::LeftToolBarArea, m_bar);
    addPage(PageId::Runs, tr("Runs"), m_runs, Qt::CTRL | Qt::Key_1);
    addPage(PageId::Routing, tr("Routing"), m_routing, Qt::CTRL | Qt::Key_2);
    buildMenu();
    recolourIcons();
    m_routing->preferLanguage(options.language);
    connect(m_runs, &RunsPage::runActivated, this, [this] { showPage(PageId::Routing); });
    connect(&m_selection, &Selection::projectChanged, this, [this] {
        const ProjectContents& project = m_selection.project();
        setWindowTitle(project.title.isEmpty() ? tr("Moebel") : tr("%1 \u2013 Moebel").arg(project.title));
        const bool live = std::any_of(project.runs.begin(), project.runs.end(),
                                      [](const RunSummary& run) { return run.status.state == RunState::Running; });
        live ? m_refresh->start(kRefreshMilliseconds) : m_refresh->stop();
    });
    connect(m_refresh, &QTimer::timeout, this, [this] {
        if (!m_jobs.busy()) m_selection.refresh();
    });
    showPage(PageId::Runs);
}

void MainWindow::addPage(PageId page, const QString& title, QWidget* widget, const QKeySequence& shortcut)
{
    m_pages->addWidget(widget);
    QAction* action = m_bar->addAction(title);
    action->setCheckable(true);
    action->setData(int(page));
    action->setShortcut(shortcut);
    m_pageActions->addAction(action);
    connect(action, &QAction::triggered, this, [this, page] { showPage(page); });
}

void MainWindow::buildMenu()
{
    QMenu* file = menuBar()->addMenu(tr("&Project"));
    file->addAction(tr("&Open\u2026"), QKeySequence::Open, this, &MainWindow::chooseFolder);
    file->addAction(tr("&Refresh"), QKeySequence(Qt::Key_F5), &m_selection, &Selection::refresh);
    file->addSeparator();
    file->addAction(tr("&Quit"), QKeySequence::Quit, this, &QWidget::close);
    QMenu* view = menuBar()->addMenu(tr("&View"));
    view->addActions(m_pageActions->actions());
    QMenu* theme = view->addMenu(tr("&Theme"));
    const QPalette system = QApplication::palette();
    const auto add = [&](const QString& title, ThemeChoice choice) {
        theme->addAction(title, this, [choice, system] { applyTheme(themePalette(choice, system)); });
    };
    add(tr("&Dark"), ThemeChoice::Dark);
    add(tr("&Light"), ThemeChoice::Light);
}

void MainWindow::open(const OpenedFolder& folder) { m_selection.openProject(folder.project, folder.run); }

void MainWindow::showPage(PageId page)
{
    m_pages->setCurrentIndex(int(page));
    m_pages->currentWidget()->setFocus();
    for (QAction* action : m_pageActions->actions()) action->setChecked(action->data().toInt() == int(page));
}

void MainWindow::chooseFolder()
{
    auto* dialog = new QFileDialog(this, tr("Open a project or a run"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
        const auto opened = openFolder(folder);
        if (opened) {
            open(*opened);
            return;
        }
        auto* box = new QMessageBox(QMessageBox::Warning, tr("Open"), QString::fromStdString(opened.error().message),
                                    QMessageBox::Ok, this);
        box->setAttribute(Qt::WA_DeleteOnClose);
        box->open();
    });
    dialog->open();
}

void MainWindow::recolourIcons()
{
    for (QAction* action : m_pageActions->actions())
        action->setIcon(themedIcon(pageWord(PageId(action->data().toInt())), palette()));
}

void MainWindow::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) recolourIcons();
    QMainWindow::changeEvent(event);
}

}  // namespace moebel
