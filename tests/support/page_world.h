// Everything a page of the window asks for, without the window.
#pragma once

#include <QUndoGroup>

#include "app/workbench/page/page_context.h"

namespace moebel::test
{

struct PageWorld {
    WorkbenchOptions options;
    Jobs jobs;
    Selection selection{jobs};
    Navigator navigator;
    ProjectHome home{jobs, selection, navigator};
    ActionTable actions;
    WorkerLauncher launcher;
    RunQueue queue{launcher, jobs};
    RunControls controls{jobs, selection, navigator, launcher};
    KnownModels models;
    GlyphWatch glyphs{navigator};
    QUndoGroup undo;
    PageContext context{options, jobs, selection, navigator, home, actions, launcher, queue, controls, models, glyphs, undo};

    /// `program` instead of moebel.
    explicit PageWorld(const QString& program = {}) : models(jobs, selection, navigator, program)
    {
        options.safeMode = true;  // nothing of the user's is read or written
        launcher.setProgram(program);
    }
};

}  // namespace moebel::test
