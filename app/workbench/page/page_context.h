// What a page is given when it is made. Everything lives longer than the page.
#pragma once

#include <QUndoGroup>

#include "app/workbench/application/action_table.h"
#include "app/workbench/application/options.h"
#include "app/workbench/control/glyph_watch.h"
#include "app/workbench/control/jobs.h"
#include "app/workbench/control/models/known_models.h"
#include "app/workbench/control/navigator.h"
#include "app/workbench/control/project_home.h"
#include "app/workbench/control/run_controls.h"
#include "app/workbench/control/run_queue.h"
#include "app/workbench/control/selection.h"

namespace moebel
{

struct PageContext {
    const WorkbenchOptions& options;
    Jobs& jobs;                ///< all reading goes there
    Selection& selection;      ///< the project and the chosen run
    Navigator& navigator;      ///< other pages, messages
    ProjectHome& home;         ///< another project, made where there is none
    ActionTable& actions;      ///< menus, shortcuts, palette
    WorkerLauncher& launcher;  ///< starts runs
    RunQueue& queue;           ///< runs that wait for their turn
    RunControls& controls;     ///< pause, stop and the like, of the chosen run
    KnownModels& models;       ///< base models of the project
    GlyphWatch& glyphs;        ///< told of texts in any script
    QUndoGroup& undo;          ///< Edit > Undo; a page with a stack adds it and makes it active when it is shown
};

}  // namespace moebel
