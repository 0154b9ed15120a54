#include "app/workbench/page/experiment_page.h"

#include <QAction>
#include <QDir>
#include <QFileInfo>
#include <QLabel>
#include <QShowEvent>

#include "app/workbench/page/experiment_form.h"
#include "app/workbench/page/experiment_starter.h"
#include "app/workbench/page/form_languages.h"
#include "app/workbench/page/problem_list.h"
#include "app/workbench/settings/paths.h"
#include "moebel/base/embedded.h"
#include "moebel/experiment/experiment_edit.h"
#include "widgets/edit/value_field.h"
#include "widgets/text/toml_editor.h"

namespace moebel
{

ExperimentPage::ExperimentPage(PageContext& context, QWidget* parent)
    : QWidget(parent),
      m_context(context),
      m_document(context.jobs),
      m_recovery(m_document, context.options.safeMode ? QString() : stateFolder(context.options) + QStringLiteral("/unsaved")),
      m_estimate(m_document, context.jobs, context.launcher.program()),
      m_starter(new ExperimentStarter(context, m_document, this)),
      m_form(new ExperimentForm(m_document, this)),
      m_editor(new TomlEditor(this)),
      m_problems(new ProblemList(this)),
      m_name(new QLabel(this)),
      m_state(new QLabel(this)),
      m_stale(new QLabel(this))
{
    build();
    addActions();
    connectAll();
    m_context.undo.addStack(&m_document.undoStack());
    newFromPreset(QStringLiteral("moe-lpr"));
    m_document.undoStack().setClean();  // an untouched beginning is nothing to be saved
    recover();
    openProject();
}

void ExperimentPage::connectAll()
{
    connect(&m_context.selection, &Selection::projectChanged, this, &ExperimentPage::openProject);
    connect(&m_context.navigator, &Navigator::experimentWanted, this, &ExperimentPage::openExperiment);
    connect(&m_document, &ExperimentDocument::textReplaced, this, [this] { m_editor->setToml(m_document.text()); });
    connect(&m_document, &ExperimentDocument::parsed, this, &ExperimentPage::refresh);
    connect(&m_document, &ExperimentDocument::fileChanged, this, &ExperimentPage::showName);
    connect(&m_document, &ExperimentDocument::modifiedChanged, this, &ExperimentPage::showName);
    const auto tellError = [this](const QString& sentence) { m_context.navigator.tell(MessageKind::Error, sentence); };
    connect(&m_document, &ExperimentDocument::saveFailed, this, tellError);
    connect(&m_document, &ExperimentDocument::refused, this, [this](const QString& sentence) {
        showState(sentence);
        m_refusal = true;
    });
    connect(&m_document, &ExperimentDocument::saved, this, [this] {
        showState({});
        m_context.navigator.tell(MessageKind::Note, tr("Saved \u2068%1\u2069").arg(m_document.file()));
        m_context.home.enter(m_document.folder(), QString::fromStdString(m_document.experiment().title));
    });
    connect(m_editor, &TomlEditor::tomlEdited, &m_document, &ExperimentDocument::setText);
    connect(m_editor, &TomlEditor::editingDone, this, [this] {
        m_document.endEdit();
        m_document.parseNow();
    });
    connect(m_problems, &ProblemList::chosen, this, &ExperimentPage::jumpTo);
    connect(m_starter, &ExperimentStarter::problemsInTheWay, this, [this] { jumpTo(m_document.problems().front()); });
    connect(m_starter, &ExperimentStarter::fileWanted, this, &ExperimentPage::giveFile);
    connect(m_starter, &ExperimentStarter::stateChanged, this, &ExperimentPage::showState);
    connect(&m_context.models, &KnownModels::listChanged, this, &ExperimentPage::offerBases);
    connect(&m_context.navigator, &Navigator::baseWanted, this, [this](const QString& path) {
        m_document.setFields(
            {{QStringLiteral("base.kind"), QStringLiteral("\"checkpoint\"")}, {QStringLiteral("base.path"), tomlOfText(path)}},
            tr("Use \u2068%1\u2069 as base").arg(QFileInfo(path).fileName()));
    });
    connect(&m_context.navigator, &Navigator::fieldsWanted, &m_document, &ExperimentDocument::setFields);
    connect(&m_context.navigator, &Navigator::draftWanted, this,
            [this](const QString& toml) { whenReplaceable([this, toml] { m_document.reset({}, toml); }); });
    connect(m_starter, &ExperimentStarter::measured, &m_estimate, &PlanEstimate::setSpeed);
    connect(&m_estimate, &PlanEstimate::textsChanged, this, [this] {
        m_form->languages().model().setFacts(m_estimate.texts(), m_estimate.textNote());
        for (const LanguageTextFacts& facts : m_estimate.texts()) m_context.glyphs.look(facts.sample, font());
    });
}

void ExperimentPage::offerBases()
{
    QStringList paths;
    for (const KnownModel& model : m_context.models.models()) paths << model.path;
    m_form->setBases(paths);
}

void ExperimentPage::openProject()
{
    const QString project = m_context.selection.project().folder;
    if (project.isEmpty() || project == m_project) return;
    m_project = project;
    m_document.setHome(project);
    if (!m_document.file().isEmpty() && QFileInfo(m_document.folder()) == QFileInfo(project)) return;  // its own project
    const QString file = project + QStringLiteral("/experiment.toml");
    if (m_document.isModified() || m_asked) return;  // what is being written, or was asked for, stays
    m_context.jobs.run(
        this, [file] { return QFileInfo::exists(file) ? loadExperiment(file) : LoadedExperiment{}; },
        [this, request = ++m_request](const LoadedExperiment& loaded) {
            if (request == m_request && !loaded.file.isEmpty() && !m_document.isModified()) take(loaded);
        });
}

void ExperimentPage::openExperiment(const QString& path)
{
    m_asked = true;
    m_context.jobs.run(
        this, [path] { return loadExperiment(path); },
        [this, request = ++m_request](const LoadedExperiment& loaded) {
            if (request != m_request) return;
            m_asked = false;
            if (!loaded.problem.isEmpty())
                take(loaded);
            else
                whenReplaceable([this, loaded] { take(loaded); });
        });
}

void ExperimentPage::take(const LoadedExperiment& loaded)
{
    if (!loaded.problem.isEmpty()) {
        m_context.navigator.tell(MessageKind::Error, loaded.problem);
        return;
    }
    m_document.reset(loaded.ofARun ? QString() : loaded.file, loaded.text);
    if (loaded.ofARun)
        showState(tr("A copy of the description of \u2068%1\u2069; the run keeps its own.")
                      .arg(QFileInfo(loaded.file).dir().dirName()));
}

// What a window that ended badly left behind; Undo leads back to what was saved.
void ExperimentPage::recover()
{
    const auto unsaved = m_recovery.takeOver();
    if (!unsaved) return;
    const LoadedExperiment saved = unsaved->file.isEmpty() ? LoadedExperiment{} : loadExperiment(unsaved->file);
    if (saved.text == unsaved->text) return;
    m_document.reset(saved.text.isEmpty() ? QString() : unsaved->file, saved.text.isEmpty() ? unsaved->text : saved.text);
    if (!saved.text.isEmpty()) m_document.replaceText(unsaved->text, tr("Bring back what was not saved"));
    showState(tr("The window ended before \u2068%1\u2069 was saved; what was written is back here, and not saved yet.")
                  .arg(m_document.name()));
}

void ExperimentPage::newFromPreset(const QString& preset)
{
    const std::string text(embeddedFile("defaults/experiment.toml").value_or(""));
    const auto filled = setValue(text, "preset", tomlText(preset.toStdString()));
    m_document.reset({}, QString::fromStdString(filled ? *filled : text));
}

void ExperimentPage::copyOfRun()
{
    const RunSummary* run = m_context.selection.run();
    if (run)
        openExperiment(QString::fromStdString(run->folder.experimentFile().string()));
    else
        m_context.navigator.tell(MessageKind::Warning, tr("No run is chosen; choose one on the page Runs."));
}

void ExperimentPage::refresh()
{
    std::vector<TextMark> marks;
    for (const Problem& problem : m_document.problems())
        marks.push_back({problem.line, problem.column, QString::fromStdString(problem.message)});
    m_editor->setMarks(marks);
    m_problems->setProblems(m_document.problems());
    m_stale->setVisible(!m_document.isTomlText());
    if (m_refusal) showState({});
    m_refusal = false;
}

void ExperimentPage::showName()
{
    const QString mark = m_document.isModified() ? QStringLiteral(" \u2022") : QString();
    m_name->setText(m_document.name() + mark);
    m_name->setToolTip(m_document.file());
    m_name->setAccessibleName(m_document.isModified() ? tr("%1, not saved").arg(m_document.name()) : m_document.name());
    if (isVisible()) window()->setWindowModified(m_document.isModified());
}

void ExperimentPage::showState(const QString& sentence)
{
    m_state->setText(sentence);
    m_state->setVisible(!sentence.isEmpty());
}

void ExperimentPage::jumpTo(const Problem& problem)
{
    const TextPlace place = problem.line > 0 ? TextPlace{problem.line, problem.column} : m_document.placeOf(problem.path);
    if (place.line > 0) m_editor->jumpTo(place.line, place.column);
    if (m_document.isTomlText() && !problem.path.empty())
        m_form->jumpTo(QString::fromStdString(problem.path));
    else
        m_editor->setFocus();
}

void ExperimentPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_document.undoStack().setActive();
    m_estimate.setActive(true);
    for (QAction* action : m_actions) action->setEnabled(true);
    window()->installEventFilter(this);
    window()->setWindowModified(m_document.isModified());
}

void ExperimentPage::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_estimate.setActive(false);
    for (QAction* action : m_actions) action->setEnabled(false);
}

}  // namespace moebel
