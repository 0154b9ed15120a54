// moebel-workbench: the window.
#include <QApplication>
#include <QDir>
#include <QLocale>
#include <cstdio>

#include "app/workbench/application/messages.h"
#include "app/workbench/application/options.h"
#include "app/workbench/application/screenshot.h"
#include "app/workbench/application/single_instance.h"
#include "app/workbench/application/text_rendering.h"
#include "app/workbench/application/translation.h"
#include "app/workbench/settings/paths.h"
#include "app/workbench/settings/preferences.h"
#include "app/workbench/window/main_window.h"
#include "widgets/support/script_fonts.h"

namespace
{

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
    prepareTextRendering(options.theme.value_or(Preferences(options.safeMode ? QString() : preferencesFile(options)).theme()));
}

// What was named, or the current folder when it is a project; none otherwise.
Result<std::optional<Opening>> whatToOpen(const WorkbenchOptions& options)
{
    QStringList paths = options.files;
    if (!options.project.isEmpty()) paths.prepend(options.project);
    const bool named = !paths.isEmpty();
    if (!named) paths << QDir::currentPath();
    auto opening = inspectPaths(paths);
    if (opening) return std::optional(*std::move(opening));
    if (named || options.screenshot) return opening.error();
    return std::optional<Opening>();
}

// A window is the one of its project, and the one that a start without a name asks for.
QString subjectOf(const WorkbenchOptions& options, const std::optional<Opening>& opening)
{
    if (!opening) return stateFolder(options);
    return QFile::decodeName(opening->project.c_str());
}

bool isHandedOver(const WorkbenchOptions& options, const std::optional<Opening>& opening)
{
    if (options.newInstance || options.safeMode) return false;
    const QString subject = subjectOf(options, opening);
    Request request{{}, options.workspace, qgetenv("XDG_ACTIVATION_TOKEN")};
    QStringList paths = options.files;
    if (!options.project.isEmpty()) paths.prepend(options.project);
    for (const QString& path : paths) request.paths << QDir::current().absoluteFilePath(path);
    return !subject.isEmpty() && SingleInstance::ask(subject, request);
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
    const auto opening = whatToOpen(*options);
    if (!opening) return complain(opening.error());

    quietMessages(options->screenshot.has_value());
    prepareEnvironment(*options);
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("Moebel"));
    QApplication::setApplicationVersion(QStringLiteral(MOEBEL_VERSION));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/moebel.svg")));
    QGuiApplication::setDesktopFileName(QStringLiteral("org.moebel.workbench"));
    installTranslations(application, QLocale::system());
    QApplication::setFont(withScripts(QApplication::font()));
    if (isHandedOver(*options, *opening)) return 0;
    MainWindow window(*options);
    SingleInstance ofProject, ofUser;
    if (!options->safeMode) {
        ofUser.serve(stateFolder(*options));
        for (SingleInstance* instance : {&ofProject, &ofUser})
            QObject::connect(instance, &SingleInstance::asked, &window, &MainWindow::bringUp);
        QObject::connect(&window.selection(), &Selection::projectChanged, &ofProject,
                         [&] { ofProject.serve(window.selection().project().folder); });
    }
    if (*opening)
        window.open(**opening);
    else
        window.openLast();
    if (options->screenshot) takeScreenshot(window, *options->screenshot);
    window.show();
    return QApplication::exec();
}
