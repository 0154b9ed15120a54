// What a path that was dropped, named or chosen is, found out without changing anything.
#pragma once

#include <QString>
#include <QStringList>

#include "app/workbench/control/readers.h"

namespace moebel
{

enum class OpeningKind { Project, Runs, Experiment };

struct Opening {
    OpeningKind kind = OpeningKind::Project;
    std::filesystem::path project;  ///< empty for an experiment outside of a project
    QStringList runs;               ///< ids
    QString experiment;             ///< the file
};

/// Reads whatever it takes to know that the thing is whole; any thread. Error: neither a project, nor a run, nor an experiment
/// file; damaged or half-written.
Result<Opening> inspectPath(const QString& path);
/// Several at once: run folders of one project, or one of the others alone.
Result<Opening> inspectPaths(const QStringList& paths);

}  // namespace moebel
