#include "app/workbench/page/expansion/allocation_designer_page.h"

#include <QAction>
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QInputDialog>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTabBar>
#include <QTableView>
#include <QToolButton>

#include "app/workbench/control/expansion/allocation_queue.h"
#include "app/workbench/page/empty_state.h"
#include "app/workbench/page/expansion/allocation_rule_bar.h"
#include "app/workbench/page/expansion/allocation_table_model.h"
#include "app/workbench/page/expansion/allocation_words.h"
#include "widgets/plot/allocation_bars.h"
#include "widgets/table/comparison_table.h"

namespace moebel
{

AllocationDesignerPage::AllocationDesignerPage(PageContext& context, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_readRun(new WhenSeen(this, [this] { readRun(); })),
      m_title(new QLabel(this)),
      m_source(new QLabel(this)),
      m_body(new QWidget(this)),
      m_tabs(new QTabBar(this)),
      m_remove(new QToolButton(this)),
      m_rule(new AllocationRuleBar(m_design, this)),
      m_bars(new AllocationBars(this)),
      m_model(new AllocationTableModel(this)),
      m_table(new QTableView(this)),
      m_facts(new ComparisonView(this)),
      m_ceiling(new QLabel(this)),
      m_readout(new QLabel(this)),
      m_state(new QLabel(this)),
      m_pairMenu(new QMenu(this)),
      m_pairButton(new QToolButton(this)),
      m_empty(new EmptyState(context.actions, this))
{
    addActions();
    build();
    connectAll();
    m_context.undo.addStack(&m_design.undoStack());
    showEvidence();
}

// What was opened by hand stays until another run is chosen.
void AllocationDesignerPage::readRun()
{
    const RunSummary* run = m_context.selection.run();
    const std::string id = run ? run->id : std::string();
    if (!m_run.empty() && id != m_run) m_files.clear();
    m_run = id;
    read();
}

void AllocationDesignerPage::openFile(const QString& file)
{
    m_files << file;
    read();
}

void AllocationDesignerPage::read()
{
    const quint64 request = ++m_request;
    const RunSummary* run = m_context.selection.run();
    m_context.jobs.run(
        this, [folder = run ? run->folder : RunFolder(), files = m_files] { return evidenceOf(folder, files); },
        [this, request](Result<AllocationEvidence> evidence) {
            if (request != m_request) return;
            if (evidence) {
                m_design.setEvidence(std::move(*evidence));
                return;
            }
            m_context.navigator.tell(MessageKind::Error, QString::fromStdString(evidence.error().message));
            if (m_files.removeAll(QString::fromStdString(evidence.error().where)) == 0) m_files.clear();
            read();
        });
}

void AllocationDesignerPage::showEvidence()
{
    const AllocationEvidence& evidence = m_design.evidence();
    fillPairs();
    m_source->setText(evidence.layers() > 0 ? evidenceText(evidence) : QString());
    showState({});
    showEmpty();
}

void AllocationDesignerPage::showEmpty()
{
    const AllocationEvidence& evidence = m_design.evidence();
    const bool none = evidence.layers() == 0;
    m_body->setVisible(!none);
    m_empty->setVisible(none);
    for (QPushButton* button : m_needLayers) button->setEnabled(!none);
    const QString needed = tr(
        "Experts are designed over the similarity of the languages in each layer: that of a run by similarity, or a file that "
        "`moebel similarity --json` has written.");
    m_empty->show(evidence.problem.isEmpty() ? needed : evidence.problem + QLatin1Char('\n') + needed,
                  {QStringLiteral("allocation.copySimilarity"), QStringLiteral("allocation.open")});
}

void AllocationDesignerPage::showCandidates()
{
    const QSignalBlocker quiet(m_tabs);
    const auto& candidates = m_design.candidates();
    while (m_tabs->count() > int(candidates.size())) m_tabs->removeTab(m_tabs->count() - 1);
    for (int i = 0; i < int(candidates.size()); ++i) {
        const QString name = QString(candidates[std::size_t(i)].name).replace(QLatin1Char('&'), QStringLiteral("&&"));
        if (i < m_tabs->count())
            m_tabs->setTabText(i, name);
        else
            m_tabs->addTab(name);
    }
    m_remove->setEnabled(candidates.size() > 1);
    m_tabs->setCurrentIndex(m_design.current());
    showState({});
    showCurrent();
}

void AllocationDesignerPage::showCurrent()
{
    const AllocationCandidate* candidate = m_design.candidate();
    if (!candidate) return;
    const AllocationEvidence& evidence = m_design.evidence();
    const AllocationPicture picture = pictureOf(*candidate, evidence, m_pairs);
    m_bars->setPicture(picture);
    m_model->setPicture(picture);
    m_facts->setTable(candidateTable(m_design.candidates(), evidence));
    m_ceiling->setText(ceilingText(*candidate, evidence));
}

void AllocationDesignerPage::fillPairs()
{
    const auto& codes = m_design.evidence().similarity.pairs.languages();
    if (codes == m_pairLanguages) return;  // read once more: what is drawn stays
    m_pairLanguages = codes;
    m_pairs.clear();
    m_pairMenu->clear();
    m_pairButton->setEnabled(!codes.empty());
    m_pairButton->setToolTip(codes.empty() ? tr("This file has the means alone; --json keeps every pair") : QString());
    for (int a = 0; a < int(codes.size()); ++a)
        for (int b = a + 1; b < int(codes.size()); ++b) {
            QAction* action = m_pairMenu->addAction(
                QStringLiteral("\u2068%1\u2069 \u2013 \u2068%2\u2069")
                    .arg(QString::fromStdString(codes[std::size_t(a)]), QString::fromStdString(codes[std::size_t(b)])));
            action->setCheckable(true);
            connect(action, &QAction::toggled, this, [this, a, b](bool on) {
                std::erase(m_pairs, std::pair(a, b));
                if (on) m_pairs.emplace_back(a, b);
                showCurrent();
            });
        }
}

void AllocationDesignerPage::askForFile()
{
    auto* dialog = new QFileDialog(this, tr("Open similarities or deviations"));
    dialog->setObjectName(QStringLiteral("openSimilarityDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Similarities and deviations (*.json *.csv)"), tr("All files (*)")});
    if (!m_context.selection.project().folder.isEmpty()) dialog->setDirectory(m_context.selection.project().folder);
    connect(dialog, &QFileDialog::fileSelected, this, &AllocationDesignerPage::openFile);
    dialog->open();
}

void AllocationDesignerPage::rename(int index)
{
    if (index < 0 || std::size_t(index) >= m_design.candidates().size()) return;
    auto* dialog = new QInputDialog(this);
    dialog->setObjectName(QStringLiteral("renameCandidateDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Name of the candidate"));
    dialog->setLabelText(tr("It stands behind the title of its run"));
    dialog->setTextValue(m_design.candidates()[std::size_t(index)].name);
    connect(dialog, &QInputDialog::textValueSelected, &m_design,
            [this, index](const QString& name) { m_design.rename(index, name); });
    dialog->open();
}

void AllocationDesignerPage::copy(const QString& text, const QString& what)
{
    QGuiApplication::clipboard()->setText(text);
    m_context.navigator.tell(MessageKind::Note, tr("Copied %1: \u2068%2\u2069").arg(what, text.simplified()));
}

void AllocationDesignerPage::paste() { m_design.paste(QGuiApplication::clipboard()->text()); }

QString AllocationDesignerPage::experimentFile() const
{
    const QString folder = m_design.evidence().folder;
    return folder.isEmpty() ? QStringLiteral("experiment.toml") : folder + QStringLiteral("/experiment.toml");
}

void AllocationDesignerPage::queueAll()
{
    const ProjectContents& project = m_context.selection.project();
    const auto comparison = comparisonOf(m_design.candidates(), m_design.evidence(), project.runsFolder);
    if (!comparison) {
        showState(QString::fromStdString(comparison.error().message));
        return;
    }
    m_context.jobs.run(
        this, [requests = *comparison] { return writeComparison(requests); },
        [this](Result<std::vector<QueuedCandidate>> written) {
            if (!written) {
                showState(QString::fromStdString(written.error().message));
                return;
            }
            for (const QueuedCandidate& candidate : *written) m_context.queue.add(candidate.request, candidate.title);
            m_context.navigator.tell(MessageKind::Note,
                                     written->size() == 1
                                         ? tr("The run was queued; it starts when no other run of the project is under way.")
                                         : tr("%1 runs were queued; they start one after another.").arg(written->size()));
        });
}

void AllocationDesignerPage::showState(const QString& sentence)
{
    m_state->setText(sentence);
    m_state->setVisible(!sentence.isEmpty());
}

void AllocationDesignerPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_design.undoStack().setActive();
    for (QAction* action : m_actions) action->setEnabled(true);
}

void AllocationDesignerPage::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    for (QAction* action : m_actions) action->setEnabled(false);
}

}  // namespace moebel
