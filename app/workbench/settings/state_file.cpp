#include "app/workbench/settings/state_file.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonDocument>
#include <QSaveFile>

namespace moebel
{

QJsonObject readStateFile(const QString& file)
{
    QFile state(file);
    if (file.isEmpty() || !state.open(QIODevice::ReadOnly)) return {};
    return QJsonDocument::fromJson(state.readAll()).object();
}

bool writeStateFile(const QString& file, const QJsonObject& json)
{
    const QString folder = QFileInfo(file).absolutePath();
    if (!QFileInfo::exists(folder)) {
        if (!QDir().mkpath(folder)) return false;
        QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }
    QSaveFile state(file);
    return state.open(QIODevice::WriteOnly) && state.write(QJsonDocument(json).toJson()) >= 0 && state.commit();
}

}  // namespace moebel
