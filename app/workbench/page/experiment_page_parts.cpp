// How the Experiment page is put together, its actions, and its questions to the user.
#include <QAction>
#include <QEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/workbench/control/shell_line.h"
#include "app/workbench/page/expansion/form_base_run.h"
#include "app/workbench/page/experiment_form.h"
#include "app/workbench/page/experiment_page.h"
#include "app/workbench/page/experiment_starter.h"
#include "app/workbench/page/form_languages.h"
#include "app/workbench/page/plan_view.h"
#include "app/workbench/page/problem_list.h"
#include "app/workbench/settings/paths.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/theme_roles.h"
#include "widgets/support/title_label.h"
#include "widgets/text/toml_editor.h"

namespace moebel
{

void ExperimentPage::build()
{
    setObjectName(QStringLiteral("experimentPage"));
    m_editor->setObjectName(QStringLiteral("experimentText"));
    m_editor->setAccessibleName(tr("Text of the experiment file"));
    m_stale->setText(tr("The text is not TOML at the moment; the form waits until it is."));
    m_stale->setWordWrap(true);
    m_stale->setForegroundRole(kErrorRole);
    m_stale->hide();
    m_state->setTextFormat(Qt::PlainText);
    beginWithLine(*m_state);
    m_state->setWordWrap(true);
    m_state->hide();
    m_state->setForegroundRole(QPalette::PlaceholderText);
    m_state->setObjectName(QStringLiteral("experimentState"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 12);
    layout->setSpacing(8);
    layout->addWidget(buildHead());
    layout->addWidget(buildPanes(), 1);
    layout->addWidget(m_state);  // below: what is read and written above stays where it is
    setFocusProxy(m_form);
}

QWidget* ExperimentPage::buildHead()
{
    auto* head = new QWidget(this);
    beTitle(*m_name);
    m_name->setObjectName(QStringLiteral("experimentName"));
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_name);
    row->addStretch(1);
    const auto button = [&](const char* name, const QString& text, const QString& tip, const std::function<void()>& act) {
        auto* made = new QPushButton(text, head);
        made->setObjectName(QString::fromLatin1(name));
        made->setToolTip(tip);
        connect(made, &QPushButton::clicked, this, act);
        row->addWidget(made);
        return made;
    };
    auto* begin = button("newButton", tr("New"), tr("From a preset, or as a copy of the chosen run"), [] {});
    auto* menu = new QMenu(begin);
    for (const std::string& preset : presetNames()) {
        const QString name = QString::fromStdString(preset);
        connect(menu->addAction(name), &QAction::triggered, this,
                [this, name] { whenReplaceable([this, name] { newFromPreset(name); }); });
    }
    menu->addSeparator();
    connect(menu->addAction(tr("Copy of the chosen run")), &QAction::triggered, this, &ExperimentPage::copyOfRun);
    begin->setMenu(menu);
    button("saveAsButton", tr("Save as\u2026"), tr("Save under another name"), [this] { saveAs({}); });
    button("copyCommandButton", tr("Copy command"), tr("The line that starts this run in a terminal"),
           [this] { m_starter->copyCommand(); });
    button("dryRunButton", tr("Dry run"), tr("20 steps of every stage, in dry-runs/"), [this] { m_starter->startDryRun(); });
    button("queueButton", tr("Queue"), tr("Start it when no other run of the project is under way"),
           [this] { m_starter->queue(); });
    auto* start = button("startButton", tr("Start"), tr("Save the experiment and start a run (Ctrl+Enter)"),
                         [this] { m_starter->start(); });
    start->setStyleSheet(
        QStringLiteral("QPushButton{background:palette(highlight);color:palette(highlighted-text);border:1px solid "
                       "palette(highlight);border-radius:3px;padding:4px 16px;font-weight:bold}"
                       "QPushButton:focus{border:2px solid palette(text)}"));
    return head;
}

QWidget* ExperimentPage::buildPanes()
{
    auto* left = new QWidget(this);
    auto* leftLayout = new QVBoxLayout(left);
    leftLayout->setContentsMargins(0, 0, 8, 0);
    leftLayout->addWidget(m_stale);
    leftLayout->addWidget(m_form, 1);
    m_form->setBaseRun(new FormBaseRun(m_document, m_context.selection, m_context.jobs));
    auto* plan = new QScrollArea(this);
    auto* planView = new PlanView(m_estimate);
    const auto command = [this](const char* verb) {
        const QString file = m_document.file().isEmpty() ? QStringLiteral("experiment.toml") : m_document.file();
        return shellLine({QStringLiteral("moebel"), QString::fromLatin1(verb), file, QStringLiteral("--json")});
    };
    planView->setCommand([command] { return command("plan"); });
    m_form->languages().exportMenu().setCommand([command] { return command("text"); });
    connect(&m_form->languages().exportMenu(), &ExportMenu::told, &m_context.navigator, &Navigator::tellResult);
    connect(planView, &PlanView::told, &m_context.navigator, &Navigator::tellResult);
    plan->setWidget(planView);
    plan->setWidgetResizable(true);
    plan->setFrameShape(QFrame::NoFrame);
    plan->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    plan->setFocusPolicy(Qt::NoFocus);
    auto* text = new QWidget(this);
    auto* textLayout = new QVBoxLayout(text);
    textLayout->setContentsMargins(0, 0, 0, 0);
    textLayout->addWidget(m_editor, 1);
    textLayout->addWidget(m_problems);
    auto* right = new QSplitter(Qt::Vertical, this);
    right->setObjectName(QStringLiteral("experimentRight"));
    right->addWidget(text);
    right->addWidget(plan);
    right->setSizes({340, 320});
    auto* panes = new QSplitter(Qt::Horizontal, this);
    panes->setObjectName(QStringLiteral("experimentPanes"));
    panes->addWidget(left);
    panes->addWidget(right);
    panes->setStretchFactor(0, 5);
    panes->setStretchFactor(1, 4);
    panes->setSizes({650, 490});
    panes->setChildrenCollapsible(false);
    right->setChildrenCollapsible(false);
    for (QSplitter* splitter : {right, panes}) splitter->setHandleWidth(9);
    return panes;
}

void ExperimentPage::addActions()
{
    const auto add = [this](ActionMenu menu, const char* id, const QString& text, const QKeySequence& key,
                            const std::function<void()>& act) {
        QAction* action = m_context.actions.add(menu, QString::fromLatin1(id), text, key, this, act);
        action->setEnabled(false);  // until the page is shown
        m_actions << action;
        return action;
    };
    add(ActionMenu::Project, "experiment.save", tr("&Save the experiment"), QKeySequence::Save,
        [this] { m_document.file().isEmpty() ? giveFile({}) : m_document.save(); });
    add(ActionMenu::Project, "experiment.saveAs", tr("Save the experiment &as\u2026"), QKeySequence::SaveAs,
        [this] { saveAs({}); });
    add(ActionMenu::Project, "experiment.copyRun", tr("&Edit a copy of the chosen run's description"), {},
        [this] { copyOfRun(); });
    QAction* start = add(ActionMenu::Run, "experiment.start", tr("&Start a run"), {}, [this] { m_starter->start(); });
    start->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_Return), QKeySequence(Qt::CTRL | Qt::Key_Enter)});
    QAction* queue = add(ActionMenu::Run, "experiment.queue", tr("&Queue the experiment"), {}, [this] { m_starter->queue(); });
    queue->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Return));
    add(ActionMenu::Run, "experiment.dryRun", tr("&Dry run (20 steps)"), {}, [this] { m_starter->startDryRun(); });
    add(ActionMenu::Run, "experiment.copyCommand", tr("&Copy the command"), {}, [this] { m_starter->copyCommand(); });
}

void ExperimentPage::saveTo(const QString& file, const std::function<void()>& then)
{
    if (then) connect(&m_document, &ExperimentDocument::saved, this, then, Qt::SingleShotConnection);
    m_document.saveAs(file);
}

void ExperimentPage::giveFile(const std::function<void()>& then)
{
    const QString own = m_project + QStringLiteral("/experiment.toml");
    m_project.isEmpty() || QFileInfo::exists(own) ? saveAs(then) : saveTo(own, then);
}

void ExperimentPage::saveAs(const std::function<void()>& then)
{
    auto* dialog = new QFileDialog(this, tr("Save the experiment"));
    dialog->setObjectName(QStringLiteral("saveExperimentDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilter(tr("Experiments (*.toml)"));
    dialog->setDefaultSuffix(QStringLiteral("toml"));
    dialog->setDirectory(!m_document.file().isEmpty() ? QFileInfo(m_document.file()).absolutePath()
                         : m_project.isEmpty()        ? placeForProjects({})
                                                      : m_project);
    dialog->selectFile(m_document.file().isEmpty() ? QStringLiteral("experiment.toml") : m_document.name());
    connect(dialog, &QFileDialog::fileSelected, this, [this, then](const QString& file) { saveTo(file, then); });
    dialog->open();
}

void ExperimentPage::whenReplaceable(const std::function<void()>& then)
{
    if (!m_document.isModified()) {
        then();
        return;
    }
    auto* box = new QMessageBox(QMessageBox::Question, tr("Unsaved changes"),
                                tr("\u2068%1\u2069 has changes that are not saved.").arg(m_document.name()),
                                QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, this);
    box->setObjectName(QStringLiteral("unsavedBox"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    connect(box, &QMessageBox::finished, this, [this, then](int answer) {
        if (answer == QMessageBox::Discard) then();
        if (answer != QMessageBox::Save) return;
        if (m_document.file().isEmpty()) {
            saveAs(then);
            return;
        }
        connect(&m_document, &ExperimentDocument::saved, this, then, Qt::SingleShotConnection);
        m_document.save();
    });
    box->open();
}

bool ExperimentPage::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == window() && event->type() == QEvent::Close && m_document.isModified() && !m_closing) {
        event->ignore();
        whenReplaceable([this] {
            m_closing = true;
            window()->close();
        });
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace moebel
