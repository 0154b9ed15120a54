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

enum class ThemeChoice { System, Dark, Light };

struct Screenshot {
    PageId page = PageId::Runs;
    QString file;
    QSize size{1280, 800};
};

struct WorkbenchOptions {
    QString folder;   ///< a project or a run folder; empty = the current folder if it is a project
    QString project;  ///< --project
    std::optional<Screenshot> screenshot;
    double scale = 1;  ///< device pixels per pixel
    ThemeChoice theme = ThemeChoice::System;
    QString language;  ///< code of the language that the routing page begins with
    bool help = false;
    bool version = false;
};

/// `arguments` without the program's name. Errors are of kind InvalidInput.
Result<WorkbenchOptions> parseOptions(const QStringList& arguments);
/// What --help prints.
QString helpText();

}  // namespace moebel
