#include "app/workbench/application/options.h"

#include <QRegularExpression>

#include "app/workbench/page/page_table.h"

namespace moebel
{

namespace
{

Error wrongOption(const QString& message) { return invalidInput("wrong-option", message.toStdString()); }

// Walks over the arguments; take() gives the value of an option.
struct Walk {
    QStringList arguments;
    qsizetype at = 0;

    bool more() const { return at < arguments.size(); }
    QString next() { return arguments.at(at++); }
    std::optional<QString> take()
    {
        if (!more()) return std::nullopt;
        return next();
    }
};

std::optional<QString> readSize(const QString& value, QSize& size)
{
    static const QRegularExpression kSize(QStringLiteral("^(\\d{2,5})x(\\d{2,5})$"));
    const auto match = kSize.match(value);
    if (!match.hasMatch()) return QStringLiteral("--size: found \"%1\", expected for example 1280x800").arg(value);
    size = QSize(match.captured(1).toInt(), match.captured(2).toInt());
    if (size.width() > 16384 || size.height() > 16384)
        return QStringLiteral("--size: %1 is larger than 16384x16384").arg(value);
    return std::nullopt;
}

std::optional<QString> readScreenshot(Walk& walk, WorkbenchOptions& options)
{
    const auto page = walk.take(), file = walk.take();
    if (!page || !file) return QStringLiteral("--screenshot: expected a page (%1) and a file").arg(pageWords());
    const auto known = pageOfWord(*page);
    if (!known) return QStringLiteral("--screenshot: there is no page \"%1\", expected one of %2").arg(*page, pageWords());
    options.screenshot = Screenshot{*known, *file, {1280, 800}};
    return std::nullopt;
}

std::optional<QString> readTheme(const QString& value, ThemeChoice& theme)
{
    if (value == QLatin1String("dark"))
        theme = ThemeChoice::Dark;
    else if (value == QLatin1String("light"))
        theme = ThemeChoice::Light;
    else
        return QStringLiteral("--theme: found \"%1\", expected dark or light").arg(value);
    return std::nullopt;
}

std::optional<QString> readScale(const QString& value, double& scale)
{
    bool number = false;
    scale = value.toDouble(&number);
    if (number && scale >= 0.5 && scale <= 4) return std::nullopt;
    return QStringLiteral("--scale: found \"%1\", expected a number from 0.5 to 4").arg(value);
}

// One option with its value; the sentence says what is wrong.
std::optional<QString> readOption(const QString& option, Walk& walk, WorkbenchOptions& options, QSize& size)
{
    if (option == QLatin1String("--screenshot")) return readScreenshot(walk, options);
    const QStringList known = {"--project", "--size", "--scale", "--theme", "--language"};
    if (!known.contains(option)) return QStringLiteral("%1: there is no such option; --help lists them").arg(option);
    const auto value = walk.take();
    if (!value) return QStringLiteral("%1: expected a value behind it").arg(option);
    if (option == QLatin1String("--size")) return readSize(*value, size);
    if (option == QLatin1String("--scale")) return readScale(*value, options.scale);
    if (option == QLatin1String("--theme")) return readTheme(*value, options.theme);
    (option == QLatin1String("--project") ? options.project : options.language) = *value;
    return std::nullopt;
}

}  // namespace

Result<WorkbenchOptions> parseOptions(const QStringList& arguments)
{
    WorkbenchOptions options;
    QSize size(1280, 800);
    Walk walk{arguments};
    while (walk.more()) {
        const QString argument = walk.next();
        if (argument == QLatin1String("--help") || argument == QLatin1String("-h")) {
            options.help = true;
        } else if (argument == QLatin1String("--version")) {
            options.version = true;
        } else if (argument == QLatin1String("-reverse")) {
            continue;  // Qt mirrors the window
        } else if (argument.startsWith(QLatin1Char('-'))) {
            if (const auto problem = readOption(argument, walk, options, size)) return wrongOption(*problem);
        } else if (options.folder.isEmpty()) {
            options.folder = argument;
        } else {
            return wrongOption(QStringLiteral("%1: a second folder; expected one project or run folder").arg(argument));
        }
    }
    if (options.screenshot) options.screenshot->size = size;
    return options;
}

QString helpText()
{
    return QStringLiteral(
               "moebel-workbench [FOLDER] [--project DIR] [--theme dark|light] [--language CODE]\n"
               "                 [--screenshot PAGE FILE.png [--size WxH] [--scale S]]\n"
               "\n"
               "Shows the runs of a project and how their languages are routed.\n"
               "\n"
               "  FOLDER               a project (a folder with runs/ or experiment.toml) or a run folder\n"
               "  --project DIR        the project\n"
               "  --theme dark|light   instead of the system's choice\n"
               "  --language CODE      the language that the routing page begins with\n"
               "  --screenshot PAGE FILE.png\n"
               "                       draws a page with the project's newest run, saves it and exits; works without a "
               "display\n"
               "  --size WxH           of the picture, 1280x800 without it\n"
               "  --scale S            device pixels per pixel, 1 without it\n"
               "  --version            prints the version\n"
               "\n"
               "Pages: %1\n"
               "\n"
               "Example: moebel-workbench projects/first-expansion --screenshot routing routing.png --theme dark\n")
        .arg(pageWords());
}

}  // namespace moebel
