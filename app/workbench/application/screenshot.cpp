#include "app/workbench/application/screenshot.h"

#include <QCoreApplication>
#include <QPixmap>
#include <QTimer>
#include <cstdio>

#include "app/workbench/window/main_window.h"

namespace moebel {

namespace {

void finish(MainWindow& window, const QString& file)
{
    const bool saved = window.grab().save(file);
    if (!saved)
        std::fprintf(stderr, "%s: the picture could not be written; choose a file that can be, ending in .png\n",
                     qPrintable(file));
    QCoreApplication::exit(saved ? 0 : 1);
}

}  // namespace

void takeScreenshot(MainWindow& window, const Screenshot& screenshot)
{
    window.showPage(screenshot.page);
    window.resize(screenshot.size);
    // One more turn of the event loop after the last value came, so that what it queued is drawn; an answer may ask again.
    const auto look = [&window, file = screenshot.file] {
        if (!window.jobs().busy()) finish(window, file);
    };
    QObject::connect(&window.jobs(), &Jobs::allDone, &window, [&window, look] { QTimer::singleShot(50, &window, look); });
    if (!window.jobs().busy()) QTimer::singleShot(50, &window, look);
}

}  // namespace moebel
