#include "app/workbench/window/main_window.h"

#include <QCloseEvent>
#include <QDir>
#include <QDropEvent>
#include <QLabel>
#include <QMenuBar>
#include <QMimeData>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QToolBar>
#include <QVBoxLayout>
#include <algorithm>

#include "app/workbench/application/theme.h"
#include "app/workbench/page/keeps_view.h"
#include "app/workbench/page/page_table.h"
#include "app/workbench/settings/paths.h"
#include "app/workbench/window/command_palette.h"
#include "app/workbench/window/docks.h"
#include "app/workbench/window/message_log.h"
#include "app/workbench/window/page_layout.h"
#include "app/workbench/window/run_notice.h"
#include "app/workbench/window/window_actions.h"
#include "widgets/support/message_bar.h"
#include "widgets/support/named_tabs.h"

namespace moebel
{

namespace
{

constexpr int kNoteMilliseconds = 8000;
const QString kLayout = QStringLiteral("layout");

QString kept(const WorkbenchOptions& options, const char* file)
{
    return options.safeMode ? QString() : stateFolder(options) + QLatin1Char('/') + QLatin1String(file);
}

// Titles, and the names of the languages in their own scripts.
QString wordsOf(const std::vector<RunSummary>& runs)
{
    std::string words;
    for (const RunSummary& run : runs) {
        words += run.title;
        for (const auto* codes : {&run.originalLanguages, &run.expandedLanguages})
            for (const std::string& code : *codes) words += languageFacts(code).nativeName;
    }
    return QString::fromStdString(words);
}

}  // namespace

MainWindow::MainWindow(const WorkbenchOptions& options)
    : m_options(options),
      m_stateFile(kept(options, "window.json")),
      m_preferences(options.safeMode ? QString() : preferencesFile(options)),
      m_theme(options.theme.value_or(m_preferences.theme())),
      m_textSize(options.textPercent.value_or(m_preferences.textPercent())),
      m_selection(m_jobs),
      m_watch(m_selection),
      m_home(m_jobs, m_selection, m_navigator),
      m_queue(m_launcher, m_jobs),
      m_controls(m_jobs, m_selection, m_navigator, m_launcher),
      m_models(m_jobs, m_selection, m_navigator, m_launcher.program()),
      m_glyphs(m_navigator),
      m_context{m_options,  m_jobs,  m_selection, m_navigator, m_home,   m_actions,
                m_launcher, m_queue, m_controls,  m_models,    m_glyphs, m_undo},
      m_opener(m_jobs, m_selection, m_navigator, kept(options, "recent_projects.json")),
      m_workspaces(*this),
      m_last(readWindowMemory(m_stateFile)),
      m_messages(new MessageBar(this)),
      m_pages(new QStackedWidget(this)),
      m_bar(new QToolBar(tr("Pages"), this)),
      m_counts(new QLabel(this)),
      m_palette(new CommandPalette(this))
{
    setWindowTitle(tr("Moebel[*]"));
    setObjectName(QStringLiteral("mainWindow"));
    setAcceptDrops(true);
    resize(1280, 800);
    build();
    addWindowActions({*this, m_context, m_opener, m_workspaces, m_theme, m_textSize, m_preferences, *m_palette});
    new RunNotice(m_selection, *this);
    addPages();
    m_controls.addActions(m_actions);
    m_docks = new Docks(*this, m_context);
    m_actions.fill(*menuBar());
    menuBar()->setCornerWidget(workspaceSwitch(m_actions, this));
    recolourIcons();
    connectAll();
    restore();
}

MainWindow::~MainWindow() { delete m_pages; }

void MainWindow::build()
{
    auto* centre = new QWidget(this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_messages);
    layout->addWidget(m_pages, 1);
    setCentralWidget(centre);
    setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks);
    m_bar->setObjectName(QStringLiteral("pageBar"));
    m_bar->setMovable(false);
    m_bar->toggleViewAction()->setEnabled(false);
    m_bar->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    m_bar->setIconSize(QSize(26, 26));
    m_bar->setStyleSheet(
        QStringLiteral("QToolBar{border:0;background:palette(alternate-base);padding:6px;spacing:4px}"
                       "QToolButton{min-width:58px;min-height:50px}"));
    placeBar();
    m_counts->setForegroundRole(QPalette::PlaceholderText);
    statusBar()->addPermanentWidget(m_counts);
}

// Where a line of text begins; a layout that was kept in the other direction does not move it away.
void MainWindow::placeBar()
{
    addToolBar(isRightToLeft() ? Qt::RightToolBarArea : Qt::LeftToolBarArea, m_bar);
    m_bar->show();
}

void MainWindow::addPages()
{
    for (const PageEntry& page : pageTable()) {
        m_pages->addWidget(page.make(m_context));
        m_standardLayouts << pageLayout(*m_pages->widget(m_pages->count() - 1));
        m_bar->addAction(m_actions.find(pageAction(page.id)));
    }
}

void MainWindow::connectAll()
{
    connect(&m_navigator, &Navigator::pageWanted, this, qOverload<PageId>(&MainWindow::showPage));
    connect(&m_navigator, &Navigator::told, this, &MainWindow::tell);
    connect(&m_selection, &Selection::projectChanged, this, &MainWindow::showProject);
    connect(&m_queue, &RunQueue::problem, this, [this](const QString& sentence) { tell(MessageKind::Error, sentence); });
    connect(&m_launcher, &WorkerLauncher::started, &m_selection, &Selection::refresh);
    connect(&m_workspaces, &Workspaces::changed, this,
            [this] { m_actions.find(workspaceAction(m_workspaces.current()))->setChecked(true); });
}

void MainWindow::restore()
{
    const bool first = m_last.workspace.isEmpty();
    QString name = m_options.workspace.isEmpty() ? m_last.workspace : m_options.workspace;
    if (!workspaceNames().contains(name)) name = workspaceNames().first();
    m_workspaces.restore(m_last.workspaces, name);
    if (first && m_options.workspace.isEmpty()) showPage(PageId::Runs);
}

void MainWindow::openLast()
{
    if (m_last.project.isEmpty() || !QDir(m_last.project).exists()) return;
    m_selection.openProject(QFile::encodeName(m_last.project).toStdString(), m_last.run.toStdString());
}

void MainWindow::bringUp(const Request& request)
{
    if (!request.activation.isEmpty()) qputenv("XDG_ACTIVATION_TOKEN", request.activation);
    setWindowState(windowState() & ~Qt::WindowMinimized);
    show();
    raise();
    activateWindow();
    if (!request.workspace.isEmpty()) m_workspaces.change(request.workspace);
    if (!request.paths.isEmpty()) m_opener.open(request.paths);
}

void MainWindow::showProject()
{
    const ProjectContents& project = m_selection.project();
    m_queue.setProject(project.folder);
    setWindowTitle(project.title.isEmpty() ? tr("Moebel[*]") : tr("%1[*] \u2013 Moebel").arg(project.title));
    m_glyphs.look(project.title + wordsOf(project.runs), font());
    const auto count = [&](RunState state) {
        return int(std::count_if(project.runs.begin(), project.runs.end(),
                                 [&](const RunSummary& run) { return run.status.state == state; }));
    };
    QStringList counts;
    if (const int running = count(RunState::Running)) counts << tr("%n running", nullptr, running);
    if (const int paused = count(RunState::Paused)) counts << tr("%n paused", nullptr, paused);
    if (const int silent = count(RunState::NotResponding)) counts << tr("%n not responding", nullptr, silent);
    if (const int queued = count(RunState::Queued)) counts << tr("%n queued", nullptr, queued);
    m_counts->setText(counts.join(QStringLiteral(" \u00b7 ")));
}

void MainWindow::tell(MessageKind kind, const QString& sentence)
{
    m_docks->messages().add(sentence);
    if (kind == MessageKind::Note)
        statusBar()->showMessage(sentence, kNoteMilliseconds);
    else
        m_messages->add(kind == MessageKind::Error ? MessageBar::Kind::Error : MessageBar::Kind::Warning, sentence);
}

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

void MainWindow::showPage(PageId page, const QString& view)
{
    showPage(page);
    if (auto* tabs = m_pages->currentWidget()->findChild<QTabWidget*>()) showTab(*tabs, view);
}

PageId MainWindow::page() const { return pageTable()[std::size_t(m_pages->currentIndex())].id; }

WorkspaceMemory MainWindow::arrangement() const
{
    WorkspaceMemory now{pageWord(page()), saveState(), saveGeometry(), {}};
    for (int i = 0; i < m_pages->count(); ++i) {
        const auto* keeps = dynamic_cast<const KeepsView*>(m_pages->widget(i));
        QJsonObject view = keeps ? keeps->view() : QJsonObject();
        view.insert(kLayout, pageLayout(*m_pages->widget(i)));
        now.views.insert(QString::fromLatin1(pageTable()[std::size_t(i)].word), view);
    }
    return now;
}

void MainWindow::arrange(const WorkspaceMemory& wanted)
{
    if (!wanted.geometry.isEmpty()) restoreGeometry(wanted.geometry);
    if (wanted.docks.isEmpty() || !restoreState(wanted.docks)) m_docks->arrange(standardDocks(m_workspaces.current()));
    placeBar();
    for (int i = 0; i < m_pages->count(); ++i) {
        const QJsonObject view = wanted.views.value(QString::fromLatin1(pageTable()[std::size_t(i)].word));
        if (auto* keeps = dynamic_cast<KeepsView*>(m_pages->widget(i))) keeps->restoreView(view);
        const QJsonObject layout = view.value(kLayout).toObject();
        restorePageLayout(*m_pages->widget(i), layout.isEmpty() ? m_standardLayouts[i] : layout);
    }
    showPage(pageOfWord(wanted.page).value_or(PageId::Runs));
}

WorkspaceMemory MainWindow::standard(const QString& workspace) const
{
    WorkspaceMemory memory;
    memory.page = pageWord(standardPage(workspace));
    return memory;
}

void MainWindow::recolourIcons()
{
    for (const PageEntry& page : pageTable())
        m_actions.find(pageAction(page.id))->setIcon(themedIcon(QString::fromLatin1(page.word), palette()));
}

void MainWindow::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) recolourIcons();
    if (event->type() == QEvent::LayoutDirectionChange) placeBar();
    QMainWindow::changeEvent(event);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    QMainWindow::closeEvent(event);
    if (!event->isAccepted() || m_stateFile.isEmpty()) return;
    const RunSummary* run = m_selection.run();
    writeWindowMemory(m_stateFile, {m_selection.project().folder, run ? QString::fromStdString(run->id) : QString(),
                                    m_workspaces.current(), m_workspaces.all()});
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (!localPaths(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    const QStringList paths = localPaths(*event->mimeData());
    if (paths.isEmpty()) return;
    event->acceptProposedAction();
    m_opener.open(paths);
}

}  // namespace moebel
