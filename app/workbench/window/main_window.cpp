#include "app/workbench/window/main_window.h"

#include <QActionGroup>
#include <QApplication>
#include <QFileDialog>
#include <QMenuBar>
#include <QMessageBox>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTimer>
#include <QToolBar>
#include <algorithm>

#include "app/workbench/application/theme.h"
#include "app/workbench/page/page_table.h"

namespace moebel
{

namespace
{

constexpr int kRefreshMilliseconds = 3000;
constexpr int kNoteMilliseconds = 8000;

QString pageAction(PageId page) { return QStringLiteral("page.") + pageWord(page); }

}  // namespace

MainWindow::MainWindow(const WorkbenchOptions& options)
    : m_options(options),
      m_selection(m_jobs),
      m_queue(m_launcher, m_jobs),
      m_context{m_options, m_jobs, m_selection, m_navigator, m_actions, m_launcher, m_queue, m_undo},
      m_pages(new QStackedWidget(this)),
      m_bar(new QToolBar(tr("Pages"), this)),
      m_refresh(new QTimer(this))
{
    setWindowTitle(tr("Moebel[*]"));
    setCentralWidget(m_pages);
    m_bar->setObjectName(QStringLiteral("pageBar"));
    m_bar->setMovable(false);
    m_bar->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    m_bar->setIconSize(QSize(26, 26));
    m_bar->setStyleSheet(
        QStringLiteral("QToolBar{border:0;background:palette(alternate-base);padding:6px;spacing:4px}"
                       "QToolButton{min-width:58px;min-height:50px}"));
    addToolBar(Qt::LeftToolBarArea, m_bar);
    addActions();
    addPages();
    m_actions.fill(*menuBar());
    recolourIcons();
    connectAll();
    showPage(PageId::Runs);
}

MainWindow::~MainWindow() { delete m_pages; }

void MainWindow::addActions()
{
    m_actions.add(ActionMenu::Project, QStringLiteral("project.open"), tr("&Open\u2026"), QKeySequence::Open, this,
                  [this] { chooseFolder(); });
    m_actions.add(ActionMenu::Project, QStringLiteral("project.refresh"), tr("&Refresh"), QKeySequence(Qt::Key_F5), this,
                  [this] { m_selection.refresh(); });
    m_actions.add(ActionMenu::Project, QStringLiteral("window.quit"), tr("&Quit"), QKeySequence::Quit, this,
                  [this] { close(); });
    const auto adopt = [this](const char* id, QAction* action, QKeySequence::StandardKey key) {
        action->setShortcut(key);
        m_actions.adopt(ActionMenu::Edit, QString::fromLatin1(id), action);
    };
    adopt("edit.undo", m_undo.createUndoAction(this, tr("&Undo")), QKeySequence::Undo);
    adopt("edit.redo", m_undo.createRedoAction(this, tr("&Redo")), QKeySequence::Redo);
    const QPalette system = QApplication::palette();
    const auto theme = [&](const char* id, const QString& title, ThemeChoice choice) {
        m_actions.add(ActionMenu::View, QString::fromLatin1(id), title, {}, this,
                      [choice, system] { applyTheme(themePalette(choice, system)); });
    };
    theme("theme.dark", tr("&Dark theme"), ThemeChoice::Dark);
    theme("theme.light", tr("&Light theme"), ThemeChoice::Light);
}

void MainWindow::addPages()
{
    auto* group = new QActionGroup(this);
    int number = 0;
    for (const PageEntry& page : pageTable()) {
        m_pages->addWidget(page.make(m_context));
        const QKeySequence shortcut(int(Qt::CTRL) | (int(Qt::Key_1) + number++));
        QAction* action = m_actions.add(ActionMenu::View, pageAction(page.id), pageTitle(page), shortcut, this,
                                        [this, id = page.id] { showPage(id); });
        action->setCheckable(true);
        group->addAction(action);
        m_bar->addAction(action);
    }
}

void MainWindow::connectAll()
{
    connect(&m_navigator, &Navigator::pageWanted, this, &MainWindow::showPage);
    connect(&m_navigator, &Navigator::told, this,
            [this](MessageKind, const QString& sentence) { statusBar()->showMessage(sentence, kNoteMilliseconds); });
    connect(&m_selection, &Selection::projectChanged, this, &MainWindow::showProject);
    connect(&m_queue, &RunQueue::problem, this,
            [this](const QString& sentence) { m_navigator.tell(MessageKind::Error, sentence); });
    connect(&m_launcher, &WorkerLauncher::started, &m_selection, &Selection::refresh);
    connect(m_refresh, &QTimer::timeout, this, [this] {
        if (!m_jobs.busy()) m_selection.refresh();
    });
}

void MainWindow::showProject()
{
    const ProjectContents& project = m_selection.project();
    m_queue.setProject(project.folder);
    setWindowTitle(project.title.isEmpty() ? tr("Moebel[*]") : tr("%1[*] \u2013 Moebel").arg(project.title));
    const bool live = std::any_of(project.runs.begin(), project.runs.end(),
                                  [](const RunSummary& run) { return run.status.state == RunState::Running; });
    live ? m_refresh->start(kRefreshMilliseconds) : m_refresh->stop();
}

void MainWindow::open(const OpenedFolder& folder) { m_selection.openProject(folder.project, folder.run); }

void MainWindow::showPage(PageId page)
{
    const auto pages = pageTable();
    const auto found = std::find_if(pages.begin(), pages.end(), [page](const PageEntry& entry) { return entry.id == page; });
    if (found == pages.end()) return;
    m_undo.setActiveStack(nullptr);
    m_pages->setCurrentIndex(int(found - pages.begin()));
    m_pages->currentWidget()->setFocus();
    m_actions.find(pageAction(page))->setChecked(true);
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
    for (const PageEntry& page : pageTable())
        m_actions.find(pageAction(page.id))->setIcon(themedIcon(QString::fromLatin1(page.word), palette()));
}

void MainWindow::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) recolourIcons();
    QMainWindow::changeEvent(event);
}

}  // namespace moebel
