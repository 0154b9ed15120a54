// The command line of the window (cli.md, "The window's options").
#pragma once

#include <QSize>
#include <QString>
#include <QStringList>
#include <optional>

#include "app/workbench/application/page_id.h"
#include "moebel/base/result.h"

namespace moebel
{

/// Names of the arrangements of the window, as --workspace takes them.
QStringList workspaceNames();

enum class ThemeChoice { System, Dark, Light };

struct Screenshot {
    PageId page = PageId::Runs;
    QString view;  ///< a tab of the page; empty = the one that is in front by itself
    QString file;
    QSize size{1280, 800};
};

struct WorkbenchOptions {
    QStringList files;  ///< a project, run folders, an experiment file, a model; empty = the current folder if it is a project
    QString project;    ///< --project
    QString workspace;  ///< of workspaceNames(); empty = the one that was left
    std::optional<Screenshot> screenshot;
    double scale = 1;                  ///< device pixels per pixel
    std::optional<ThemeChoice> theme;  ///< none = the remembered one
    std::optional<int> textPercent;    ///< see TextSize; none = the remembered one
    QString language;                  ///< code of the language that the routing page begins with
    QString stateFolder;               ///< --state-dir; empty = $XDG_STATE_HOME/moebel
    QString preferences;               ///< --config; empty = $XDG_CONFIG_HOME/moebel/workbench.ini
    bool newInstance = false;          ///< --new-instance: a window of its own, also where one is open on the project
    bool safeMode = false;             ///< nothing remembered is used or changed
    bool help = false;
    bool version = false;
};

/// `arguments` without the program's name. Errors are of kind InvalidInput.
Result<WorkbenchOptions> parseOptions(const QStringList& arguments);
/// What --help prints.
QString helpText();

}  // namespace moebel
