#include "app/workbench/control/selection.h"

#include <algorithm>

namespace moebel
{

Selection::Selection(Jobs& jobs, QObject* parent) : QObject(parent), m_jobs(jobs) {}

void Selection::openProject(const std::filesystem::path& folder, const std::string& run)
{
    m_folder = folder;
    m_run = run;
    refresh();
}

void Selection::refresh()
{
    if (m_folder.empty()) return;
    const quint64 request = ++m_request;
    ++m_outstanding;
    m_jobs.run(
        this, [folder = m_folder] { return readProject(folder); },
        [this, request](ProjectContents contents) {
            --m_outstanding;
            if (request == m_request) take(std::move(contents));
        });
}

void Selection::take(ProjectContents contents)
{
    m_project = std::make_shared<ProjectContents>(std::move(contents));
    if (!run()) {
        const auto& runs = m_project->runs;
        const auto whole =
            std::find_if(runs.begin(), runs.end(), [](const RunSummary& r) { return r.status.state != RunState::Damaged; });
        m_run = whole != runs.end() ? whole->id : runs.empty() ? std::string() : runs.front().id;
    }
    Q_EMIT projectChanged();
    Q_EMIT runChanged();
}

void Selection::chooseRun(const std::string& id)
{
    if (id == m_run) return;
    m_run = id;
    Q_EMIT runChanged();
}

void Selection::setFocus(const Focus& focus)
{
    if (focus == m_focus) return;
    m_focus = focus;
    Q_EMIT focusChanged();
}

void Selection::focusOnLanguage(const QString& code)
{
    setFocus({code.toStdString(), m_focus.step, m_focus.layer, m_focus.expert});
}

void Selection::focusOnStep(std::int64_t step) { setFocus({m_focus.language, step, m_focus.layer, m_focus.expert}); }

void Selection::focusOnCell(int layer, int expert) { setFocus({m_focus.language, m_focus.step, layer, expert}); }

const RunSummary* Selection::run() const
{
    for (const RunSummary& summary : m_project->runs)
        if (summary.id == m_run) return &summary;
    return nullptr;
}

}  // namespace moebel
