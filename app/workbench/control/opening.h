// What a path that was dropped, named or chosen is, found out without changing anything.
#pragma once

#include <QString>
#include <QStringList>

#include "app/workbench/control/readers.h"

namespace moebel
{

enum class OpeningKind { Project, Runs, Experiment, Model, Similarity, Grouping };

struct Opening {
    OpeningKind kind = OpeningKind::Project;
    std::filesystem::path project;  ///< empty for an experiment outside of a project
    QStringList runs;               ///< ids
    QString experiment{};           ///< the file
    QString model{};                ///< a folder with config.json, or a .gguf file
    QString similarity{};           ///< a file of similarities or deviations
    QString grouping{};             ///< a matrix of similarities without layers, or an expert map
};

/// Reads whatever it takes to know that the thing is whole; any thread. Error: neither a project, nor a run, nor an experiment
/// file, nor a model, nor similarities, nor an expert map; damaged or half-written. What is wrong with a model, the Models page tells.
Result<Opening> inspectPath(const QString& path);
/// Several at once: run folders of one project; a project, then a model or something of it; or one of the others alone.
Result<Opening> inspectPaths(const QStringList& paths);

}  // namespace moebel
