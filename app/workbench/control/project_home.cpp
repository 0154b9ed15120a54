#include "app/workbench/control/project_home.h"

#include <QFile>
#include <QFileInfo>

#include "moebel/base/embedded.h"
#include "moebel/base/file.h"

namespace moebel
{

ProjectHome::Entered ProjectHome::make(const Wanted& wanted)
{
    const std::filesystem::path path = QFile::encodeName(wanted.folder).toStdString();
    const bool there = Project::open(path).ok();
    auto project = Project::make(path, wanted.title.toStdString());
    if (!project) return {QString::fromStdString(project.error().message), {}, false};
    const std::filesystem::path experiment = project->folder() / "experiment.toml";
    if (!wanted.experiment.empty() && !std::filesystem::exists(experiment))
        if (const Status written = writeFileAtomically(experiment, wanted.experiment); !written)
            return {QString::fromStdString(written.error().message), {}, false};
    return {{}, project->folder(), !there};
}

bool ProjectHome::isOpen(const QString& folder) const
{
    const QString open = m_selection.project().folder;
    return !open.isEmpty() && QFileInfo(open) == QFileInfo(folder);
}

void ProjectHome::enter(const QString& folder, const QString& title, const std::string& run, const std::function<void()>& then)
{
    enter({folder, title, run, {}}, then);
}

void ProjectHome::enterExample(const QString& folder, const std::function<void()>& then)
{
    enter({folder, tr("Example"), {}, std::string(embeddedFile("defaults/example.toml").value_or(""))}, then);
}

void ProjectHome::enter(const Wanted& wanted, const std::function<void()>& then)
{
    if (isOpen(wanted.folder)) {
        if (!wanted.run.empty()) m_selection.chooseRun(wanted.run);
        if (then) then();
        return;
    }
    m_jobs.run(
        this, [wanted] { return make(wanted); },
        [this, run = wanted.run, then](const Entered& entered) {
            if (!entered.problem.isEmpty()) return m_navigator.tell(MessageKind::Error, entered.problem);
            if (entered.made)
                m_navigator.tell(MessageKind::Note,
                                 tr("\u2068%1\u2069 is a project now.").arg(QString::fromStdString(entered.folder.string())));
            open(entered.folder, run, then);
        });
}

void ProjectHome::open(const std::filesystem::path& folder, const std::string& run, const std::function<void()>& then)
{
    auto* once = new QObject(this);  // what is told of the project before is none of our business
    connect(&m_selection, &Selection::projectChanged, once, [this, once, then, wanted = QFile::decodeName(folder.c_str())] {
        if (m_selection.project().folder != wanted) return;
        once->deleteLater();
        disconnect(&m_selection, nullptr, once, nullptr);
        if (then) then();
    });
    m_selection.openProject(folder, run);
}

}  // namespace moebel
