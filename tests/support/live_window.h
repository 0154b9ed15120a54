// A window on the Live page of a project.
#pragma once

#include <QToolButton>

#include "app/workbench/control/opening.h"
#include "app/workbench/page/live_page.h"
#include "app/workbench/window/main_window.h"
#include "widgets/plot/series_legend.h"
#include "widgets/plot/series_plot.h"

namespace moebel::test
{

struct LiveWindow {
    MainWindow window;
    LivePage* page = nullptr;

    explicit LiveWindow(const QString& project, const WorkbenchOptions& options = {}) : window(options)
    {
        window.resize(1280, 800);
        window.open(*inspectPath(project));
        window.show();
        window.showPage(PageId::Live);
        page = window.findChild<LivePage*>();
    }
    SeriesPlot& plot() { return *page->findChild<SeriesPlot*>(); }
    SeriesLegend& legend() { return *page->findChild<SeriesLegend*>(); }
    QToolButton& button(const char* name) { return *page->findChild<QToolButton*>(QString::fromLatin1(name)); }
};

}  // namespace moebel::test
