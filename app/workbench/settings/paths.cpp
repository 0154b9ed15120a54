#include "app/workbench/settings/paths.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

namespace moebel
{

namespace
{

// A variable that is empty or no absolute path counts as unset, as the specification asks.
QString baseFolder(const char* variable, const QString& otherwise)
{
    const QString folder = qEnvironmentVariable(variable);
    return QDir::isAbsolutePath(folder) ? folder : QDir::homePath() + QLatin1Char('/') + otherwise;
}

}  // namespace

QString stateFolder(const WorkbenchOptions& options)
{
    if (!options.stateFolder.isEmpty()) return options.stateFolder;
    return baseFolder("XDG_STATE_HOME", QStringLiteral(".local/state")) + QStringLiteral("/moebel");
}

QString preferencesFile(const WorkbenchOptions& options)
{
    if (!options.preferences.isEmpty()) return options.preferences;
    return baseFolder("XDG_CONFIG_HOME", QStringLiteral(".config")) + QStringLiteral("/moebel/workbench.ini");
}

QString placeForProjects(const QString& openProject)
{
    if (!openProject.isEmpty()) return QFileInfo(openProject).absolutePath();
    const QString documents = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    return QFileInfo(documents).isDir() ? documents : QDir::homePath();
}

}  // namespace moebel
