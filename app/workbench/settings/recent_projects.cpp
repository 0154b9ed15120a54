#include "app/workbench/settings/recent_projects.h"

#include <QFileInfo>
#include <QJsonArray>

#include "app/workbench/settings/state_file.h"

namespace moebel
{

namespace
{

const QString kProjects = QStringLiteral("projects"), kFolder = QStringLiteral("folder"), kTitle = QStringLiteral("title");

}  // namespace

QList<RecentProject> readRecentProjects(const QString& file)
{
    QList<RecentProject> projects;
    for (const QJsonValue& value : readStateFile(file).value(kProjects).toArray()) {
        const QJsonObject entry = value.toObject();
        const QString folder = entry.value(kFolder).toString();
        if (!folder.isEmpty()) projects.append({folder, entry.value(kTitle).toString(), QFileInfo(folder).isDir()});
    }
    return projects;
}

QList<RecentProject> rememberProject(const QString& file, const RecentProject& project)
{
    QList<RecentProject> projects = readRecentProjects(file);
    projects.removeIf([&](const RecentProject& other) { return other.folder == project.folder; });
    projects.prepend(project);
    if (projects.size() > kMostRecentProjects) projects.resize(kMostRecentProjects);
    QJsonArray entries;
    for (const RecentProject& entry : projects) entries.append(QJsonObject{{kFolder, entry.folder}, {kTitle, entry.title}});
    writeStateFile(file, {{kProjects, entries}});
    return projects;
}

void clearRecentProjects(const QString& file) { writeStateFile(file, {{kProjects, QJsonArray()}}); }

}  // namespace moebel
