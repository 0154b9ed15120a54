#include "app/workbench/window/window_actions.h"

#include <QActionGroup>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QMainWindow>
#include <QMenu>
#include <QToolButton>

#include "app/workbench/dialog/shortcuts_dialog.h"
#include "app/workbench/page/page_table.h"
#include "app/workbench/settings/paths.h"
#include "app/workbench/window/command_palette.h"
#include "app/workbench/window/palette_items.h"

namespace moebel
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("moebel", text); }

QKeySequence keys(int modifiers, int key) { return QKeySequence(modifiers | key); }

void choose(const Frame& frame, bool folder)
{
    auto* dialog = new QFileDialog(&frame.window, folder ? tr("Open a project or a run") : tr("Open an experiment"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(folder ? QFileDialog::Directory : QFileDialog::ExistingFile);
    if (!folder) dialog->setNameFilters({tr("Experiments (*.toml)"), tr("All files (*)")});
    QObject::connect(dialog, &QFileDialog::fileSelected, &frame.opener,
                     [&opener = frame.opener](const QString& path) { opener.open({path}); });
    dialog->open();
}

// A folder that does not have to be there.
void chooseNew(const Frame& frame)
{
    auto* dialog = new QFileDialog(&frame.window, tr("New project: name its folder"));
    dialog->setObjectName(QStringLiteral("newProjectDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontConfirmOverwrite);  // a folder that is there becomes a project, nothing in it is touched
    dialog->setLabelText(QFileDialog::Accept, tr("Make"));
    dialog->setDirectory(placeForProjects(frame.context.selection.project().folder));
    dialog->selectFile(tr("my-expansion"));
    QObject::connect(dialog, &QFileDialog::fileSelected, &frame.context.home,
                     [&context = frame.context](const QString& folder) {
                         context.home.enter(folder, {}, {}, [&context] { context.navigator.showPage(PageId::Experiment); });
                     });
    dialog->open();
}

void addProjectActions(const Frame& frame)
{
    ActionTable& actions = frame.context.actions;
    actions.add(ActionMenu::Project, QStringLiteral("project.new"), tr("&New project\u2026"), QKeySequence::New, &frame.window,
                [frame] { chooseNew(frame); });
    actions.add(ActionMenu::Project, QStringLiteral("project.example"), tr("Open the e&xample"), {}, &frame.window,
                [&context = frame.context] {
                    const QString folder = placeForProjects({}) + QStringLiteral("/moebel-example");
                    context.home.enterExample(folder, [&context] { context.navigator.showPage(PageId::Experiment); });
                });
    actions.add(ActionMenu::Project, QStringLiteral("project.open"), tr("&Open a project or a run\u2026"), QKeySequence::Open,
                &frame.window, [frame] { choose(frame, true); });
    if (!pageWord(PageId::Experiment).isEmpty()) {
        actions.add(ActionMenu::Project, QStringLiteral("experiment.setUp"), tr("Set &up an experiment"), {}, &frame.window,
                    [&navigator = frame.context.navigator] { navigator.showPage(PageId::Experiment); });
        actions.add(ActionMenu::Project, QStringLiteral("project.openExperiment"), tr("Open an &experiment\u2026"),
                    keys(Qt::CTRL | Qt::SHIFT, Qt::Key_O), &frame.window, [frame] { choose(frame, false); });
    }
    auto* menu = new QMenu(&frame.window);
    auto* recent = new QAction(tr("Recent &projects"), &actions);
    recent->setMenu(menu);
    actions.adopt(ActionMenu::Project, QStringLiteral("project.recent"), recent);
    QObject::connect(&frame.opener, &Opener::recentChanged, menu,
                     [menu, &opener = frame.opener] { fillRecentMenu(*menu, opener); });
    QObject::connect(menu, &QMenu::aboutToShow, &frame.opener, &Opener::readRecent);
    fillRecentMenu(*menu, frame.opener);
    actions.add(ActionMenu::Project, QStringLiteral("project.refresh"), tr("&Refresh"), QKeySequence(Qt::Key_F5), &frame.window,
                [&selection = frame.context.selection] { selection.refresh(); });
    actions.add(ActionMenu::Project, QStringLiteral("window.quit"), tr("&Quit"), QKeySequence::Quit, &frame.window,
                [&window = frame.window] { window.close(); });
}

void addEditActions(const Frame& frame)
{
    ActionTable& actions = frame.context.actions;
    const auto adopt = [&](const char* id, QAction* action, QKeySequence::StandardKey key) {
        action->setShortcut(key);
        actions.adopt(ActionMenu::Edit, QString::fromLatin1(id), action);
    };
    adopt("edit.undo", frame.context.undo.createUndoAction(&frame.window, tr("&Undo")), QKeySequence::Undo);
    adopt("edit.redo", frame.context.undo.createRedoAction(&frame.window, tr("&Redo")), QKeySequence::Redo);
    actions.add(ActionMenu::Edit, QStringLiteral("palette.commands"), tr("&Command palette"),
                keys(Qt::CTRL | Qt::SHIFT, Qt::Key_P), &frame.window, [frame] {
                    frame.palette.open(tr("Type a few letters of an action, a run or a language"),
                                       commandItems(frame.context, frame.opener));
                });
    actions.add(ActionMenu::Edit, QStringLiteral("palette.jump"), tr("&Jump to a run or a language"), keys(Qt::CTRL, Qt::Key_P),
                &frame.window,
                [frame] { frame.palette.open(tr("Type a few letters of a run or a language"), jumpItems(frame.context)); });
}

void addPageActions(const Frame& frame)
{
    auto* group = new QActionGroup(&frame.window);
    int number = 0;
    for (const PageEntry& page : pageTable()) {
        QAction* action = frame.context.actions.add(
            ActionMenu::View, pageAction(page.id), pageTitle(page), keys(Qt::CTRL, int(Qt::Key_1) + number++), &frame.window,
            [&navigator = frame.context.navigator, id = page.id] { navigator.showPage(id); });
        action->setCheckable(true);
        group->addAction(action);
    }
}

void addThemeActions(const Frame& frame)
{
    auto* group = new QActionGroup(&frame.window);
    const auto add = [&](const char* id, const QString& text, ThemeChoice choice) {
        QAction* action = frame.context.actions.add(ActionMenu::View, QString::fromLatin1(id), text, {}, &frame.window,
                                                    [&theme = frame.theme, &preferences = frame.preferences, choice] {
                                                        theme.choose(choice);
                                                        preferences.setTheme(choice);
                                                    });
        action->setCheckable(true);
        action->setChecked(frame.theme.choice() == choice);
        group->addAction(action);
    };
    add("theme.system", tr("Theme of the &system"), ThemeChoice::System);
    add("theme.dark", tr("&Dark theme"), ThemeChoice::Dark);
    add("theme.light", tr("&Light theme"), ThemeChoice::Light);
    QAction* full = frame.context.actions.add(
        ActionMenu::View, QStringLiteral("window.fullScreen"), tr("&Full screen"), QKeySequence(Qt::Key_F11), &frame.window,
        [&window = frame.window] { window.setWindowState(window.windowState() ^ Qt::WindowFullScreen); });
    full->setCheckable(true);
}

void addTextActions(const Frame& frame)
{
    const auto add = [&](const char* id, const QString& words, const QKeySequence& shortcut, auto wanted) {
        return frame.context.actions.add(ActionMenu::View, QString::fromLatin1(id), words, shortcut, &frame.window,
                                         [&text = frame.text, &preferences = frame.preferences, wanted] {
                                             text.choose(wanted(text.percent()));
                                             preferences.setTextPercent(text.percent());
                                         });
    };
    QAction* larger =
        add("text.larger", tr("La&rger text"), QKeySequence::ZoomIn, [](int percent) { return percent + TextSize::kStep; });
    larger->setShortcuts(QKeySequence::keyBindings(QKeySequence::ZoomIn) + QList<QKeySequence>{keys(Qt::CTRL, Qt::Key_Equal)});
    add("text.smaller", tr("S&maller text"), QKeySequence::ZoomOut, [](int percent) { return percent - TextSize::kStep; });
    add("text.standard", tr("Text size of the s&ystem"), keys(Qt::CTRL, Qt::Key_0), [](int) { return 100; });
}

void addWorkspaceActions(const Frame& frame)
{
    auto* group = new QActionGroup(&frame.window);
    int number = 0;
    for (const QString& name : workspaceNames()) {
        QAction* action = frame.context.actions.add(ActionMenu::Workspace, workspaceAction(name), tr(name.toUtf8().constData()),
                                                    keys(Qt::CTRL | Qt::ALT, int(Qt::Key_1) + number++), &frame.window,
                                                    [&workspaces = frame.workspaces, name] { workspaces.change(name); });
        action->setCheckable(true);
        group->addAction(action);
    }
    frame.context.actions.add(ActionMenu::Workspace, QStringLiteral("layout.reset"), tr("&Reset layout"), {}, &frame.window,
                              [&workspaces = frame.workspaces] { workspaces.reset(); });
}

void addHelpActions(const Frame& frame)
{
    frame.context.actions.add(ActionMenu::Help, QStringLiteral("help.shortcuts"), tr("&Help and shortcuts"),
                              QKeySequence::HelpContents, &frame.window, [frame] {
                                  auto* help = new ShortcutsDialog(frame.context.actions, &frame.window);
                                  help->setAttribute(Qt::WA_DeleteOnClose);
                                  help->show();
                              });
}

}  // namespace

void addWindowActions(const Frame& frame)
{
    addProjectActions(frame);
    addEditActions(frame);
    addPageActions(frame);
    addThemeActions(frame);
    addTextActions(frame);
    addWorkspaceActions(frame);
    addHelpActions(frame);
}

QString pageAction(PageId page) { return QStringLiteral("page.") + pageWord(page); }

QString workspaceAction(const QString& name) { return QStringLiteral("workspace.") + name; }

QWidget* workspaceSwitch(const ActionTable& actions, QWidget* parent)
{
    auto* bar = new QWidget(parent);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 2, 8, 2);
    row->setSpacing(2);
    for (const QString& name : workspaceNames()) {
        auto* button = new QToolButton(bar);
        button->setDefaultAction(actions.find(workspaceAction(name)));
        button->setAutoRaise(true);
        row->addWidget(button);
    }
    return bar;
}

PageId standardPage(const QString& workspace)
{
    const qsizetype at = workspaceNames().indexOf(workspace);
    constexpr PageId kPages[] = {PageId::Experiment, PageId::Live, PageId::Routing, PageId::Compare};
    return at < 0 ? PageId::Runs : kPages[at];
}

QStringList standardDocks(const QString& workspace)
{
    if (workspace == workspaceNames().first()) return {};
    return {QStringLiteral("dock.runs")};
}

}  // namespace moebel
