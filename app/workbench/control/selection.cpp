#include "app/workbench/control/selection.h"

#include <algorithm>

#include "app/workbench/control/run_cells.h"

namespace moebel
{

namespace
{

bool same(const RunSummary& a, const RunSummary& b) { return a.folder.path == b.folder.path && sameRow(a, b); }

// What is known already, when nothing has changed.
std::shared_ptr<const ProjectContents> readAgain(const std::filesystem::path& folder,
                                                 const std::shared_ptr<const ProjectContents>& known,
                                                 const std::function<void(const ProjectContents&)>& partly)
{
    auto read = std::make_shared<const ProjectContents>(readProject(folder, partly));
    const bool unchanged = read->title == known->title && read->folder == known->folder &&
                           read->runsFolder == known->runsFolder && read->problem == known->problem &&
                           std::equal(read->runs.begin(), read->runs.end(), known->runs.begin(), known->runs.end(), same);
    return unchanged ? known : read;
}

}  // namespace

Selection::Selection(Jobs& jobs, QObject* parent) : QObject(parent), m_jobs(jobs) {}

void Selection::openProject(const std::filesystem::path& folder, const std::string& run)
{
    m_folder = folder;
    m_run = run;
    m_opened = true;
    refresh();
}

void Selection::refresh()
{
    if (m_folder.empty()) return;
    const quint64 request = ++m_request;
    ++m_outstanding;
    std::function<void(const ProjectContents&)> partly;
    if (m_opened)  // later there are rows already, which must not go away
        partly = [this, guard = QPointer<QObject>(this), &jobs = m_jobs, request](const ProjectContents& part) {
            jobs.deliver(guard, std::make_shared<const ProjectContents>(part),
                         [this, request](std::shared_ptr<const ProjectContents> contents) {
                             if (request == m_request) takePart(std::move(contents));
                         });
        };
    m_jobs.run(
        this, [folder = m_folder, known = m_project, partly] { return readAgain(folder, known, partly); },
        [this, request](std::shared_ptr<const ProjectContents> contents) {
            --m_outstanding;
            if (request == m_request) take(std::move(contents));
        });
}

void Selection::take(std::shared_ptr<const ProjectContents> contents)
{
    m_project = std::move(contents);
    if (!run()) chooseNewest();
    Q_EMIT projectChanged();
    const RunSummary* chosen = run();
    const bool known = chosen ? m_told && same(*chosen, *m_told) : !m_told;
    if (!known || m_opened) tellRun();
}

// The run that was asked for may still come.
void Selection::takePart(std::shared_ptr<const ProjectContents> contents)
{
    m_project = std::move(contents);
    if (m_run.empty()) chooseNewest();
    Q_EMIT projectChanged();
    if (m_opened && run()) tellRun();
}

void Selection::chooseNewest()
{
    const auto& runs = m_project->runs;
    const auto whole =
        std::find_if(runs.begin(), runs.end(), [](const RunSummary& r) { return r.status.state != RunState::Damaged; });
    m_run = whole != runs.end() ? whole->id : runs.empty() ? std::string() : runs.front().id;
}

void Selection::tellRun()
{
    const RunSummary* chosen = run();
    m_told = chosen ? std::optional(*chosen) : std::nullopt;
    m_opened = false;
    Q_EMIT runChanged();
}

void Selection::chooseRun(const std::string& id)
{
    if (id == m_run) return;
    m_run = id;
    tellRun();
}

void Selection::setFocus(const Focus& focus)
{
    if (focus == m_focus) return;
    m_focus = focus;
    Q_EMIT focusChanged();
}

void Selection::focusOnLanguage(const QString& code)
{
    Focus focus = m_focus;
    focus.language = code.toStdString();
    setFocus(focus);
}

void Selection::focusOnStep(std::int64_t step, std::int64_t stage)
{
    Focus focus = m_focus;
    focus.step = step;
    focus.stage = stage;
    setFocus(focus);
}

void Selection::focusOnCell(int layer, int expert)
{
    Focus focus = m_focus;
    focus.layer = layer;
    focus.expert = expert;
    setFocus(focus);
}

const RunSummary* Selection::run() const
{
    for (const RunSummary& summary : m_project->runs)
        if (summary.id == m_run) return &summary;
    return nullptr;
}

}  // namespace moebel
