// moebel-workbench: the window.
#include <QApplication>
#include <QDir>
#include <cstdio>

#include "app/workbench/application/options.h"
#include "app/workbench/application/screenshot.h"
#include "app/workbench/application/theme.h"
#include "app/workbench/window/main_window.h"

namespace {

using namespace moebel;

int complain(const Error& error)
{
    std::fprintf(stderr, "moebel-workbench: %s\n", error.message.c_str());
    return exitCode(error.kind);
}

// What Qt reads before the application object exists.
void prepareEnvironment(const WorkbenchOptions& options)
{
    const bool display = qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY");
    if (options.screenshot && !display && !qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    if (options.scale != 1) qputenv("QT_SCALE_FACTOR", QByteArray::number(options.scale));
}

// The folder that was named, or the current one when it is a project.
Result<OpenedFolder> folderToOpen(const WorkbenchOptions& options)
{
    if (!options.folder.isEmpty()) return openFolder(options.folder);
    return openFolder(options.project.isEmpty() ? QDir::currentPath() : options.project);
}

}  // namespace

int main(int argc, char** argv)
{
    QStringList arguments;
    for (int i = 1; i < argc; ++i) arguments << QString::fromLocal8Bit(argv[i]);
    const auto options = parseOptions(arguments);
    if (!options) return complain(options.error());
    if (options->help || options->version) {
        std::fputs(options->help ? qPrintable(helpText()) : "moebel-workbench " MOEBEL_VERSION "\n", stdout);
        return 0;
    }
    const auto folder = folderToOpen(*options);
    const bool named = !options->folder.isEmpty() || !options->project.isEmpty();
    if (!folder && (named || options->screenshot)) return complain(folder.error());

    prepareEnvironment(*options);
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("Moebel"));
    QApplication::setApplicationVersion(QStringLiteral(MOEBEL_VERSION));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/moebel.svg")));
    applyTheme(themePalette(options->theme, QApplication::palette()));
    MainWindow window(*options);
    if (folder) window.open(*folder);
    window.resize(1280, 800);
    if (options->screenshot) takeScreenshot(window, *options->screenshot);
    window.show();
    return QApplication::exec();
}
