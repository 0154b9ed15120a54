#include "app/workbench/page/grouping/groups_page.h"

#include <QAction>
#include <QClipboard>
#include <QDragEnterEvent>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QTabWidget>
#include <QUrl>

#include "app/workbench/control/grouping/grouping_experiment.h"
#include "app/workbench/page/empty_state.h"
#include "app/workbench/page/grouping/adaptation_view.h"
#include "app/workbench/page/grouping/deviation_view.h"
#include "app/workbench/page/grouping/grouping_view.h"
#include "moebel/base/file.h"
#include "moebel/experiment/experiment_file.h"

namespace moebel
{

GroupsPage::GroupsPage(PageContext& context, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_design(context.jobs),
      m_readRun(new WhenSeen(this, [this] { readRun(); })),
      m_title(new QLabel(this)),
      m_source(new QLabel(this)),
      m_tabs(new QTabWidget(this)),
      m_noSimilarity(new EmptyState(context.actions, this)),
      m_noDeviation(new EmptyState(context.actions, this)),
      m_grouping(new GroupingView(context, m_design, this)),
      m_deviation(new DeviationView(context, m_design, this)),
      m_adaptation(new AdaptationView(context, m_design, this))
{
    addActions();
    build();
    connectAll();
    m_context.undo.addStack(&m_design.undoStack());
    showEvidence();
}

void GroupsPage::connectAll()
{
    connect(&m_context.selection, &Selection::runChanged, m_readRun, &WhenSeen::touch);
    connect(&m_context.navigator, &Navigator::groupingWanted, this, &GroupsPage::openFile);
    connect(&m_design, &GroupingDesign::evidenceChanged, this, &GroupsPage::showEvidence);
    connect(m_grouping, &GroupingView::mapWanted, this, [this] { askForFile(FileFor::Comparing); });
}

// What was opened by hand stays until another run is chosen.
void GroupsPage::readRun()
{
    const RunSummary* run = m_context.selection.run();
    const std::string id = run ? run->id : std::string();
    if (!m_run.empty() && id != m_run) m_files.clear();
    m_run = id;
    read();
}

void GroupsPage::read()
{
    const RunSummary* run = m_context.selection.run();
    m_context.jobs.run(
        this, [folder = run ? run->folder : RunFolder(), files = m_files] { return groupingOf(folder, files); },
        [this, request = ++m_request](Result<GroupingEvidence> evidence) {
            if (request != m_request) return;
            if (evidence) return m_design.setEvidence(std::move(*evidence));
            m_context.navigator.tell(MessageKind::Error, QString::fromStdString(evidence.error().message));
            if (m_files.removeAll(QString::fromStdString(evidence.error().where)) == 0) m_files.clear();
            read();
        });
}

void GroupsPage::showEvidence()
{
    const GroupingEvidence& evidence = m_design.evidence();
    m_source->setText(evidence.key.isEmpty() ? QString() : evidenceText(evidence));
    m_source->setVisible(!evidence.key.isEmpty());
    const bool groups = !evidence.sources.empty(), deviation = evidence.deviation.has_value();
    m_grouping->setVisible(groups);
    m_noSimilarity->setVisible(!groups);
    m_deviation->setVisible(deviation);
    m_noDeviation->setVisible(!deviation);
    for (QPushButton* button : m_needGroups) button->setEnabled(groups);
    const QString needed = tr(
        "Languages are grouped by how alike they are: a run of language groups measures it, and so do `moebel deviation` and "
        "`moebel similarity --json`, whose files can be dropped here.");
    m_noSimilarity->show(evidence.problem.isEmpty() ? needed : evidence.problem + QLatin1Char('\n') + needed,
                         {QStringLiteral("groups.open")});
    m_noDeviation->show(tr("Here stands what a few steps of training on one language alone change in each layer: of a run of "
                           "language groups, or of a file that `moebel deviation --json` has written."),
                        {QStringLiteral("groups.open")});
}

void GroupsPage::openFile(const QString& file) { open(file, FileFor::Opening); }

void GroupsPage::open(const QString& file, FileFor purpose)
{
    m_context.jobs.run(
        this, [file] { return groupsOfFile(file); },
        [this, file, purpose](const Result<std::optional<LanguageGroups>>& map) {
            if (!map) return m_context.navigator.tell(MessageKind::Error, QString::fromStdString(map.error().message));
            if (*map) return takeMap(**map, file, purpose);
            if (purpose == FileFor::Comparing)
                return m_context.navigator.tell(
                    MessageKind::Error,
                    tr("\u2068%1\u2069 is no expert map; expected {\"<language>\": <group, from 0>, ...}").arg(file));
            m_files.removeAll(file);
            m_files << file;
            read();
        });
}

void GroupsPage::takeMap(const LanguageGroups& groups, const QString& file, FileFor purpose)
{
    const QString name = QFileInfo(file).fileName();
    if (m_design.evidence().sources.empty())
        return m_context.navigator.tell(
            MessageKind::Error,
            tr("\u2068%1\u2069: groups are shown over the similarity of their languages; open that first").arg(name));
    if (purpose == FileFor::Comparing) return m_design.compareWith({{name, groups}});
    const GroupChange change = compareGroups(groups, {{m_design.evidence().languages}, {}, {}});
    m_design.take(groups, name);
    if (!change.joined.empty() || !change.left.empty())
        m_context.navigator.tell(
            MessageKind::Note,
            tr("\u2068%1\u2069: %2 of its languages are not here, %3 of the languages here are not in it and "
               "stand in a last group")
                .arg(name)
                .arg(change.left.size())
                .arg(change.joined.size()));
}

void GroupsPage::askForFile(FileFor purpose)
{
    const bool compare = purpose == FileFor::Comparing;
    auto* dialog =
        new QFileDialog(this, compare ? tr("Compare with an expert map") : tr("Open similarities, deviations or a map"));
    dialog->setObjectName(QStringLiteral("openGroupsDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({compare ? tr("Expert maps (*.json)") : tr("Similarities, deviations, expert maps (*.json *.csv)"),
                            tr("All files (*)")});
    if (!m_context.selection.project().folder.isEmpty()) dialog->setDirectory(m_context.selection.project().folder);
    connect(dialog, &QFileDialog::fileSelected, this, [this, purpose](const QString& file) { open(file, purpose); });
    dialog->open();
}

void GroupsPage::askToExport()
{
    auto* dialog = new QFileDialog(this, tr("Export the expert map"));
    dialog->setObjectName(QStringLiteral("exportMapDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("Expert maps (*.json)")});
    dialog->setDefaultSuffix(QStringLiteral("json"));
    if (!m_context.selection.project().folder.isEmpty()) dialog->setDirectory(m_context.selection.project().folder);
    dialog->selectFile(QStringLiteral("expert-map.json"));
    connect(dialog, &QFileDialog::fileSelected, this, &GroupsPage::exportMap);
    dialog->open();
}

void GroupsPage::exportMap(const QString& file)
{
    m_context.jobs.run(
        this,
        [file, text = toExpertMap(m_design.groups()) + "\n"] {
            return writeFileAtomically(QFile::encodeName(file).toStdString(), text);
        },
        [this, file](const Status& written) {
            m_context.navigator.tellResult(
                written.ok(), written ? tr("Wrote \u2068%1\u2069").arg(file) : QString::fromStdString(written.error().message));
        });
}

void GroupsPage::copy(const QString& text, const QString& what)
{
    QGuiApplication::clipboard()->setText(text);
    m_context.navigator.tell(MessageKind::Note, tr("Copied %1: \u2068%2\u2069").arg(what, text.simplified()));
}

bool GroupsPage::isDeviationShown() const { return m_tabs->currentWidget()->isAncestorOf(m_deviation); }

// The threshold is part of it where it is seen.
void GroupsPage::toExperiment(bool isNew)
{
    const auto epsilon = isDeviationShown() ? std::optional(m_deviation->epsilon()) : std::nullopt;
    if (isNew) {
        const Experiment experiment = experimentOf(m_design.evidence(), m_design.grouping(), epsilon);
        return m_context.navigator.draftExperiment(QString::fromStdString(toToml(experiment)));
    }
    auto fields = fieldsOf(m_design.grouping());
    if (epsilon) fields.emplace_back(QStringLiteral("expansion.deviation_threshold"), QString::number(*epsilon));
    m_context.navigator.changeExperiment(fields, tr("Groups of languages"));
}

void GroupsPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_design.undoStack().setActive();
    for (QAction* action : m_actions) action->setEnabled(true);
}

void GroupsPage::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    for (QAction* action : m_actions) action->setEnabled(false);
}

// Files that the window would not know: matrices and maps.
void GroupsPage::dragEnterEvent(QDragEnterEvent* event)
{
    for (const QUrl& url : event->mimeData()->urls()) {
        const QString ending = QFileInfo(url.toLocalFile()).suffix().toLower();
        if (ending == QLatin1String("json") || ending == QLatin1String("csv")) return event->acceptProposedAction();
    }
}

void GroupsPage::dropEvent(QDropEvent* event)
{
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile()) openFile(url.toLocalFile());
    event->acceptProposedAction();
}

}  // namespace moebel
