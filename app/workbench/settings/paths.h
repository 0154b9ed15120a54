// Where the window keeps what it remembers (XDG base directories).
#pragma once

#include <QString>

#include "app/workbench/application/options.h"

namespace moebel
{

/// --state-dir, $XDG_STATE_HOME/moebel, or ~/.local/state/moebel: layout, recent projects.
QString stateFolder(const WorkbenchOptions& options);
/// --config, $XDG_CONFIG_HOME/moebel/workbench.ini, or ~/.config/moebel/workbench.ini.
QString preferencesFile(const WorkbenchOptions& options);

/// Where a dialog for a new project or experiment begins: beside the open project, else in the user's documents.
QString placeForProjects(const QString& openProject);

}  // namespace moebel
