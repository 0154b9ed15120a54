#include "app/workbench/page/runs_page.h"

#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScopedValueRollback>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/workbench/control/shell_line.h"
#include "app/workbench/page/empty_state.h"
#include "app/workbench/page/page_table.h"
#include "app/workbench/page/run_table_view.h"
#include "widgets/support/export_menu.h"
#include "widgets/support/title_label.h"

namespace moebel
{

namespace
{

const QString kFilter = QStringLiteral("filter");

void copy(const QString& text) { QApplication::clipboard()->setText(text); }

}  // namespace

RunsPage::RunsPage(PageContext& context, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_selection(context.selection),
      m_notes(context.jobs, context.selection, context.navigator),
      m_sparklines(context.jobs),
      m_exporter(context.jobs, context.navigator, context.launcher.program()),
      m_model(new RunListModel(this)),
      m_title(new QLabel(this)),
      m_summary(new QLabel(this)),
      m_filter(new QLineEdit(this)),
      m_problem(new QLabel(this)),
      m_table(new RunTableView(this)),
      m_empty(new EmptyState(context.actions, this)),
      m_showing(new WhenSeen(this, [this] { showProject(); }))
{
    m_context.undo.addStack(&m_notes.undoStack());
    m_model->setNotesEditor(&m_notes);
    m_model->setSparklines(&m_sparklines);
    m_table->setRunModel(m_model);
    build();
    addActions();
    connectAll();
    showProject();
}

void RunsPage::build()
{
    setObjectName(QStringLiteral("runsPage"));
    beTitle(*m_title);
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    m_summary->setTextFormat(Qt::PlainText);
    beginWithLine(*m_summary);
    m_summary->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_filter->setObjectName(QStringLiteral("runsFilter"));
    m_filter->setPlaceholderText(tr("Filter: state:finished method:moe-lpr tag:x lang:hu"));
    m_filter->setToolTip(
        tr("Words that all must be found: state:finished, method:moe-lpr, tag:paper, lang:hu, is:starred, kept>0.8, "
           "original<2.5, free text; a minus before a word turns it round, \"quotes\" keep words together"));
    m_filter->setAccessibleName(tr("Filter the runs"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMinimumWidth(380);
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->hide();
    auto* head = new QHBoxLayout;
    head->addWidget(m_title);
    head->addStretch(1);
    head->addWidget(m_filter);
    head->addWidget(exportButton([this] { return &m_table->exportMenu(); }, this));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 16);
    layout->setSpacing(8);
    layout->addLayout(head);
    layout->addWidget(m_summary);
    layout->addWidget(m_problem);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_empty, 1);
}

void RunsPage::connectAll()
{
    connect(&m_selection, &Selection::projectChanged, m_showing, &WhenSeen::touch);
    connect(&m_selection, &Selection::runChanged, this, &RunsPage::showChosen);
    connect(m_filter, &QLineEdit::textChanged, this, &RunsPage::filter);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &RunsPage::choose);
    connect(m_table, &RunTableView::opened, this, &RunsPage::openChosen);
    connect(m_table, &QWidget::customContextMenuRequested, this, &RunsPage::showMenu);
    m_table->exportMenu().setCommand([this] { return listCommand(m_selection.project().folder); });
    connect(&m_table->exportMenu(), &ExportMenu::told, &m_context.navigator, &Navigator::tellResult);
}

void RunsPage::addActions()
{
    const auto add = [this](const char* id, const QString& text, const QKeySequence& keys, auto act) {
        m_context.actions.add(ActionMenu::Run, QString::fromLatin1(id), text, keys, this, act);
    };
    const auto page = [&](const char* id, const QString& text, PageId target) {
        if (!pageWord(target).isEmpty()) add(id, text, {}, [this, target] { m_context.navigator.showPage(target); });
    };
    page("run.live", tr("Open in &Live"), PageId::Live);
    page("run.routing", tr("Open in &Routing"), PageId::Routing);
    if (!pageWord(PageId::Compare).isEmpty())
        add("run.compare", tr("&Compare the chosen runs"), {}, [this] {
            m_showing->settle();
            m_context.navigator.compare(m_table->chosenRuns());
        });
    if (!pageWord(PageId::Experiment).isEmpty())
        add("run.edit", tr("&Edit a copy of the experiment"), {}, [this] {
            if (const RunSummary* run = m_selection.run())
                m_context.navigator.openExperiment(pathText(run->folder.experimentFile()));
        });
    add("runModel.export", tr("E&xport the model\u2026"), {}, [this] { exportModel(ExportKind::Model); });
    add("runModel.pack", tr("Pack the &new experts\u2026"), {}, [this] { exportModel(ExportKind::ExpertPack); });
    add("runCopy.path", tr("Copy &path"), {}, [this] { copy(chosenFolders().join(QLatin1Char('\n'))); });
    add("runCopy.command", tr("Copy the command `moebel &show`"), {}, [this] {
        QStringList commands;
        for (const QString& folder : chosenFolders())
            commands << shellLine({QStringLiteral("moebel"), QStringLiteral("show"), folder});
        copy(commands.join(QLatin1Char('\n')));
    });
    add("runCopy.rows", tr("Copy the &rows as a table"), {}, [this] {
        m_showing->settle();
        m_table->exportMenu().copyData();
    });
    m_context.actions.add(ActionMenu::Edit, QStringLiteral("find.runs"), tr("&Filter the runs"), QKeySequence::Find, this,
                          [this] {
                              m_context.navigator.showPage(PageId::Runs);
                              m_filter->setFocus(Qt::ShortcutFocusReason);
                              m_filter->selectAll();
                          });
}

QJsonObject RunsPage::view() const { return {{kFilter, m_filter->text()}}; }

void RunsPage::restoreView(const QJsonObject& view) { m_filter->setText(view.value(kFilter).toString()); }

void RunsPage::showEvent(QShowEvent* event)
{
    m_showing->settle();
    QWidget::showEvent(event);
    m_notes.undoStack().setActive();
}

void RunsPage::showProject()
{
    const ProjectContents& project = m_selection.project();
    const bool first = m_model->total() == 0;
    {
        const QScopedValueRollback changing(m_changing, true);
        m_model->setProject(m_selection.shared());
    }
    m_title->setText(project.title.isEmpty() ? tr("Runs") : project.title);
    showCounts();
    if (!project.problem.isEmpty())
        m_empty->show(project.problem, projectActions());
    else if (!m_selection.isOpen())
        m_empty->show(
            tr("No project is open. Make one, or open a folder that holds experiment.toml or runs/; it can be dropped "
               "here as well."),
            projectActions());
    else if (project.folder.isEmpty())
        m_empty->show(tr("Reading the project \u2026"));
    else
        m_empty->show(tr("There are no runs yet. Set up an experiment and start it, here or in a terminal: moebel run "
                         "experiment.toml"),
                      {QStringLiteral("experiment.setUp")});
    const bool any = m_model->total() > 0;
    m_table->setVisible(any);
    setFocusProxy(any ? static_cast<QWidget*>(m_table) : m_empty);
    m_empty->setVisible(!any);
    if (any && first) m_table->fitColumns();
    showChosen();
}

void RunsPage::showCounts()
{
    const ProjectContents& project = m_selection.project();
    const QString folder = QStringLiteral("\u2068%1\u2069").arg(QDir::toNativeSeparators(project.folder));
    const QString runs = m_model->rowCount() == m_model->total()
                             ? tr("Runs: %1").arg(m_model->total())
                             : tr("Runs: %1 of %2").arg(m_model->rowCount()).arg(m_model->total());
    m_summary->setText(project.folder.isEmpty() ? QString() : runs + QStringLiteral(" \u00b7 ") + folder);
}

void RunsPage::filter(const QString& text)
{
    const ParsedRunFilter parsed = parseRunFilter(text);
    {
        const QScopedValueRollback changing(m_changing, true);
        m_model->setFilter(parsed.filter);
    }
    m_problem->setText(parsed.problem);
    m_problem->setVisible(!parsed.problem.isEmpty());
    showCounts();
    showChosen();
}

void RunsPage::showChosen()
{
    const RunSummary* run = m_selection.run();
    const int row = run ? m_model->rowOf(run->id) : -1;
    if (row < 0 || m_table->currentIndex().row() == row) return;
    const QScopedValueRollback changing(m_changing, true);
    const int column = m_table->currentIndex().isValid() ? m_table->currentIndex().column() : int(RunListModel::Title);
    m_table->setCurrentIndex(m_model->index(row, column));
}

void RunsPage::choose(const QModelIndex& current)
{
    if (!m_changing && current.isValid()) m_selection.chooseRun(m_model->run(current.row()).id);
}

void RunsPage::openChosen()
{
    const QStringList runs = m_table->chosenRuns();
    if (runs.size() > 1 && !pageWord(PageId::Compare).isEmpty()) {
        m_context.navigator.compare(runs);
        return;
    }
    const RunSummary* run = m_selection.run();
    if (!run) return;
    m_context.navigator.showPage(isLive(run->status.state) && !pageWord(PageId::Live).isEmpty() ? PageId::Live
                                                                                                : PageId::Routing);
}

QStringList RunsPage::chosenFolders()
{
    m_showing->settle();
    QStringList folders;
    for (const QString& id : m_table->chosenRuns())
        if (const int row = m_model->rowOf(id.toStdString()); row >= 0) folders << pathText(m_model->run(row).folder.path);
    return folders;
}

void RunsPage::exportModel(ExportKind kind)
{
    const RunSummary* run = m_selection.run();
    if (!run) {
        m_context.navigator.tell(MessageKind::Warning, tr("No run is chosen; choose one on the page Runs."));
        return;
    }
    auto* dialog = new QFileDialog(
        this, kind == ExportKind::Model ? tr("Hugging Face folder to make") : tr("Folder of the expert pack to make"));
    dialog->setObjectName(QStringLiteral("exportModelDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setOption(QFileDialog::DontConfirmOverwrite);  // moebel refuses a folder that is there
    dialog->setDirectory(m_selection.project().folder);
    dialog->selectFile(QString::fromStdString(run->id) +
                       (kind == ExportKind::Model ? QStringLiteral("-model") : QStringLiteral("-experts")));
    connect(dialog, &QFileDialog::fileSelected, this, [this, kind, folder = pathText(run->folder.path)](const QString& target) {
        m_exporter.start(kind, folder, target);
    });
    dialog->open();
}

void RunsPage::showMenu(const QPoint& where)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QString group;
    for (QAction* action : m_context.actions.actions(ActionMenu::Run)) {
        const QString its = action->objectName().section(QLatin1Char('.'), 0, 0);
        if (!group.isEmpty() && its != group) menu->addSeparator();
        group = its;
        menu->addAction(action);
    }
    menu->addSeparator();
    m_table->exportMenu().fill(*menu->addMenu(tr("E&xport")));
    menu->popup(m_table->viewport()->mapToGlobal(where));
}

}  // namespace moebel
