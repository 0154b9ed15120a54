// The projects that were open last, newest first, kept in a file of its own because several windows share it.
#pragma once

#include <QList>
#include <QString>

namespace moebel
{

struct RecentProject {
    QString folder;
    QString title;
    bool there = true;  ///< the folder exists at the moment; not stored

    bool operator==(const RecentProject&) const = default;
};

inline constexpr int kMostRecentProjects = 12;

/// Reads the list and looks which folders exist.
QList<RecentProject> readRecentProjects(const QString& file);
/// Puts a project to the front of the list as it is on the disk now, and gives the list back.
QList<RecentProject> rememberProject(const QString& file, const RecentProject& project);
/// Forgets all of them.
void clearRecentProjects(const QString& file);

}  // namespace moebel
