#include "app/workbench/control/run_controls.h"

namespace moebel
{

RunControls::RunControls(Jobs& jobs, Selection& selection, Navigator& navigator, WorkerLauncher& launcher, QObject* parent)
    : QObject(parent),
      m_selection(selection),
      m_navigator(navigator),
      m_launcher(launcher),
      m_requests(jobs, launcher.program())
{
    connect(&m_selection, &Selection::runChanged, this, &RunControls::update);
    connect(&m_requests, &RunRequests::askingChanged, this, &RunControls::update);
    connect(&m_requests, &RunRequests::answered, this, [this](bool ok, const QString& sentence) {
        if (!m_watched) m_navigator.tellResult(ok, sentence);
        m_selection.refresh();
        Q_EMIT answered(ok, sentence);
    });
}

void RunControls::addActions(ActionTable& actions)
{
    const auto add = [&](const char* id, const QString& text, const QKeySequence& keys, bool RunChoices::*may, auto act) {
        m_actions.append({actions.add(ActionMenu::Run, QString::fromLatin1(id), text, keys, this, act), may});
    };
    add("live.pause", tr("&Pause the run"), {}, &RunChoices::pause, [this] { ask(RunCommand::Pause); });
    add("live.continue", tr("&Continue the run"), {}, &RunChoices::goOn, [this] { ask(RunCommand::Resume); });
    add("live.save", tr("Save a checkpoint &now"), {}, &RunChoices::save, [this] { ask(RunCommand::Save); });
    add("live.stop", tr("&Stop and save the run"), QKeySequence(int(Qt::CTRL) | int(Qt::Key_Period)), &RunChoices::stop,
        [this] { ask(RunCommand::Stop); });
    add("live.resume", tr("R&esume the run"), {}, &RunChoices::resume, [this] { resume(); });
    showChoices();
}

void RunControls::watch(const RunFolder& run, const RunStatus& status, bool attached)
{
    m_watched = Watched{run, status, attached};
    update();
}

void RunControls::unwatch()
{
    m_watched.reset();
    update();
}

// Whether a worker listens is known of a run that a page follows; of another one its answer is going to say.
void RunControls::update()
{
    const RunSummary* run = m_selection.run();
    RunChoices choices;
    if (run && m_watched && m_watched->run.path == run->folder.path)
        choices = choicesOf(m_watched->status, m_watched->attached, m_requests.asking());
    else if (run)
        choices = choicesOf(run->status, true, m_requests.asking());
    if (choices == m_choices) return;
    m_choices = choices;
    showChoices();
    Q_EMIT choicesChanged();
}

void RunControls::showChoices()
{
    for (const auto& [action, may] : m_actions) action->setEnabled(m_choices.*may);
}

void RunControls::ask(RunCommand command)
{
    if (const RunSummary* run = m_selection.run()) m_requests.ask(run->folder, command);
}

void RunControls::resume()
{
    m_requests.setProgram(m_launcher.program());
    if (const RunSummary* run = m_selection.run()) m_requests.resume(run->folder);
}

}  // namespace moebel
