// How the window was left: a value, and the file it is kept in.
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QMap>
#include <QString>

namespace moebel
{

/// One arrangement of the window.
struct WorkspaceMemory {
    QString page;  ///< its word
    QByteArray docks;
    QByteArray geometry;
    QMap<QString, QJsonObject> views;  ///< columns, sorting and the like of the pages, by word

    bool operator==(const WorkspaceMemory&) const = default;
};

struct WindowMemory {
    QString project;
    QString run;  ///< id
    QString workspace;
    QMap<QString, WorkspaceMemory> workspaces;

    bool operator==(const WindowMemory&) const = default;
};

/// A missing, unreadable or foreign file gives an empty memory.
WindowMemory readWindowMemory(const QString& file);
/// Replaces the file as a whole, folders included; false when it can't be written.
bool writeWindowMemory(const QString& file, const WindowMemory& memory);

}  // namespace moebel
