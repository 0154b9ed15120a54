#include "app/workbench/application/options.h"

#include <QMap>
#include <QRegularExpression>

#include "app/workbench/application/text_size.h"
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
    const auto known = pageOfWord(page->section(QLatin1Char('/'), 0, 0));
    const QString view = page->section(QLatin1Char('/'), 1);
    if (!known || (page->contains(QLatin1Char('/')) && !viewWords(*known).contains(view)))
        return QStringLiteral("--screenshot: there is no page \"%1\", expected one of %2").arg(*page, pageWords());
    options.screenshot = Screenshot{*known, view, *file, {1280, 800}};
    return std::nullopt;
}

std::optional<QString> readTheme(const QString& value, std::optional<ThemeChoice>& theme)
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

std::optional<QString> readTextSize(const QString& value, std::optional<int>& percent)
{
    bool number = false;
    percent = value.toInt(&number);
    if (number && *percent >= TextSize::kSmallest && *percent <= TextSize::kLargest) return std::nullopt;
    return QStringLiteral("--text-size: found \"%1\", expected a percentage from %2 to %3")
        .arg(value)
        .arg(TextSize::kSmallest)
        .arg(TextSize::kLargest);
}

// One option with its value; the sentence says what is wrong.
std::optional<QString> readOption(const QString& option, Walk& walk, WorkbenchOptions& options, QSize& size)
{
    if (option == QLatin1String("--screenshot")) return readScreenshot(walk, options);
    const QMap<QString, QString*> texts = {{"--project", &options.project},
                                           {"--language", &options.language},
                                           {"--workspace", &options.workspace},
                                           {"--state-dir", &options.stateFolder},
                                           {"--config", &options.preferences}};
    const QStringList known = texts.keys() + QStringList{"--size", "--scale", "--theme", "--text-size"};
    if (!known.contains(option)) return QStringLiteral("%1: there is no such option; --help lists them").arg(option);
    const auto value = walk.take();
    if (!value) return QStringLiteral("%1: expected a value behind it").arg(option);
    if (option == QLatin1String("--size")) return readSize(*value, size);
    if (option == QLatin1String("--scale")) return readScale(*value, options.scale);
    if (option == QLatin1String("--text-size")) return readTextSize(*value, options.textPercent);
    if (option == QLatin1String("--theme")) return readTheme(*value, options.theme);
    *texts.value(option) = *value;
    if (option == QLatin1String("--workspace") && !workspaceNames().contains(*value))
        return QStringLiteral("--workspace: there is no workspace \"%1\", expected one of %2")
            .arg(*value, workspaceNames().join(QStringLiteral(", ")));
    return std::nullopt;
}

}  // namespace

QStringList workspaceNames() { return {"Design", "Train", "Explore", "Compare"}; }

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
        } else if (argument == QLatin1String("--new-instance")) {
            options.newInstance = true;
        } else if (argument == QLatin1String("--safe-mode")) {
            options.safeMode = true;
        } else if (argument.startsWith(QLatin1Char('-'))) {
            if (const auto problem = readOption(argument, walk, options, size)) return wrongOption(*problem);
        } else {
            options.files << argument;
        }
    }
    if (options.screenshot) {
        options.screenshot->size = size;
        options.safeMode = true;  // the picture shows the same on every machine
    }
    return options;
}

QString helpText()
{
    return QStringLiteral(
               "moebel-workbench [FILE-or-FOLDER]... [--project DIR] [--workspace NAME] [--theme dark|light] [--text-size "
               "PERCENT]\n"
               "                 [--language CODE] [--state-dir DIR] [--config FILE] [--safe-mode] [--new-instance]\n"
               "                 [--screenshot PAGE FILE.png [--size WxH] [--scale S]]\n"
               "\n"
               "Shows the runs of a project, how they go, how their languages are routed, and how they compare.\n"
               "\n"
               "  FILE-or-FOLDER       a project (a folder with runs/ or experiment.toml), run folders of one project, an\n"
               "                       experiment file, a model (a Hugging Face folder or a .gguf file), or what `moebel\n"
               "                       similarity --json` printed; the last project without it\n"
               "  --project DIR        the project\n"
               "  --workspace NAME     %2\n"
               "  --theme dark|light   instead of the remembered choice\n"
               "  --text-size PERCENT  of the text that the desktop asks for, 80 to 200, instead of the remembered choice\n"
               "  --language CODE      the language that the routing page begins with\n"
               "  --state-dir DIR      where layout and recent projects are kept, $XDG_STATE_HOME/moebel without it\n"
               "  --config FILE        the preferences, $XDG_CONFIG_HOME/moebel/workbench.ini without it\n"
               "  --new-instance       another window, where one is open on the project already; without it that one comes to "
               "the\n"
               "                       front and opens what was named\n"
               "  --safe-mode          uses and changes nothing that is remembered\n"
               "  --screenshot PAGE FILE.png\n"
               "                       draws a page with the project's newest run, saves it and exits; works without a "
               "display\n"
               "  --size WxH           of the picture, 1280x800 without it; one that the page does not fit into is refused\n"
               "  --scale S            device pixels per pixel, 1 without it\n"
               "  -reverse             mirrors the window, as for a language that is written from right to left\n"
               "  --version            prints the version\n"
               "\n"
               "Pages, and what of them can be in front: %1\n"
               "\n"
               "Example: moebel-workbench projects/first-expansion --screenshot routing routing.png --theme dark\n")
        .arg(pageWords(), workspaceNames().join(QStringLiteral(", ")));
}

}  // namespace moebel
