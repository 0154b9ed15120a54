#include "app/workbench/application/screenshot.h"

#include <QCoreApplication>
#include <QPixmap>
#include <QTimer>
#include <cstdio>

#include "app/workbench/window/main_window.h"

namespace moebel
{

namespace
{

int failed(const QString& sentence, int code)
{
    std::fprintf(stderr, "moebel-workbench: %s\n", qPrintable(sentence));
    return code;
}

int save(MainWindow& window, const Screenshot& screenshot)
{
    const QSize size = window.size(), wanted = screenshot.size;
    if (size != wanted)
        return failed(QStringLiteral("--size: found %1x%2, the page needs %3x%4 or more")
                          .arg(wanted.width())
                          .arg(wanted.height())
                          .arg(size.width())
                          .arg(size.height()),
                      2);
    if (window.grab().save(screenshot.file)) return 0;
    return failed(
        QStringLiteral("%1: the picture could not be written; choose a file that can be, ending in .png").arg(screenshot.file),
        1);
}

}  // namespace

void takeScreenshot(MainWindow& window, const Screenshot& screenshot)
{
    window.showPage(screenshot.page, screenshot.view);
    window.resize(screenshot.size);
    // One more turn of the event loop after the last value came, so that what it queued is drawn; an answer may ask again.
    const auto look = [&window, screenshot] {
        if (!window.jobs().busy()) QCoreApplication::exit(save(window, screenshot));
    };
    QObject::connect(&window.jobs(), &Jobs::allDone, &window, [&window, look] { QTimer::singleShot(50, &window, look); });
    if (!window.jobs().busy()) QTimer::singleShot(50, &window, look);
}

}  // namespace moebel
