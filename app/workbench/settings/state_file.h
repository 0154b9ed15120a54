// A JSON object in the state folder.
#pragma once

#include <QJsonObject>
#include <QString>

namespace moebel
{

/// Empty when the file is missing or no JSON object.
QJsonObject readStateFile(const QString& file);
/// Replaces it as a whole; makes the folder (mode 0700).
bool writeStateFile(const QString& file, const QJsonObject& json);

}  // namespace moebel
