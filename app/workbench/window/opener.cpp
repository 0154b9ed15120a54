#include "app/workbench/window/opener.h"

#include <QDir>
#include <QMenu>
#include <QMimeData>
#include <QUrl>

namespace moebel
{

Opener::Opener(Jobs& jobs, Selection& selection, Navigator& navigator, QString recentFile, QObject* parent)
    : QObject(parent), m_jobs(jobs), m_selection(selection), m_navigator(navigator), m_recentFile(std::move(recentFile))
{
    connect(&m_selection, &Selection::projectChanged, this, &Opener::remember);
    readRecent();
}

void Opener::open(const QStringList& paths)
{
    m_jobs.run(
        this, [paths] { return inspectPaths(paths); },
        [this](const Result<Opening>& opening) {
            if (opening)
                take(*opening);
            else
                m_navigator.tell(MessageKind::Error, QString::fromStdString(opening.error().message));
        });
}

void Opener::take(const Opening& opening)
{
    if (!opening.project.empty()) m_selection.openProject(opening.project, opening.runs.value(0).toStdString());
    if (opening.kind == OpeningKind::Experiment) m_navigator.openExperiment(opening.experiment);
    if (opening.kind == OpeningKind::Model) m_navigator.showModel(opening.model);
    if (opening.kind == OpeningKind::Similarity) m_navigator.showSimilarity(opening.similarity);
    if (opening.kind == OpeningKind::Grouping) m_navigator.showGrouping(opening.grouping);
    if (opening.runs.size() < 2) return;
    connect(
        &m_selection, &Selection::projectChanged, &m_navigator,
        [&navigator = m_navigator, runs = opening.runs] { navigator.compare(runs); }, Qt::SingleShotConnection);
}

void Opener::readRecent()
{
    if (m_recentFile.isEmpty()) return;
    m_jobs.run(
        this, [file = m_recentFile] { return readRecentProjects(file); },
        [this](const QList<RecentProject>& recent) { show(recent); });
}

void Opener::clearRecent()
{
    m_jobs.run(
        this,
        [file = m_recentFile] {
            clearRecentProjects(file);
            return QList<RecentProject>();
        },
        [this](const QList<RecentProject>& recent) { show(recent); });
}

void Opener::remember()
{
    const ProjectContents& project = m_selection.project();
    if (m_recentFile.isEmpty() || !project.problem.isEmpty() || project.folder == m_remembered) return;
    m_remembered = project.folder;
    m_jobs.run(
        this,
        [file = m_recentFile, entry = RecentProject{project.folder, project.title, true}] {
            return rememberProject(file, entry);
        },
        [this](const QList<RecentProject>& recent) { show(recent); });
}

void Opener::show(QList<RecentProject> recent)
{
    m_recent = std::move(recent);
    Q_EMIT recentChanged();
}

QStringList localPaths(const QMimeData& data)
{
    QStringList paths;
    for (const QUrl& url : data.urls())
        if (url.isLocalFile()) paths << url.toLocalFile();
    return paths;
}

void fillRecentMenu(QMenu& menu, Opener& opener)
{
    menu.clear();
    for (const RecentProject& project : opener.recent()) {
        const QString title = project.title.isEmpty() ? QDir(project.folder).dirName() : project.title;
        const QString text = QStringLiteral("\u2068%1\u2069 \u2014 \u2068%2\u2069").arg(title, project.folder);
        QAction* action = menu.addAction(QString(text).replace(QLatin1Char('&'), QStringLiteral("&&")));
        action->setEnabled(project.there);
        QObject::connect(action, &QAction::triggered, &opener, [&opener, folder = project.folder] { opener.open({folder}); });
    }
    if (opener.recent().isEmpty()) menu.addAction(Opener::tr("No recent projects"))->setEnabled(false);
    menu.addSeparator();
    QAction* clear = menu.addAction(Opener::tr("&Clear this list"));
    clear->setEnabled(!opener.recent().isEmpty());
    QObject::connect(clear, &QAction::triggered, &opener, &Opener::clearRecent);
}

}  // namespace moebel
