#include "app/workbench/settings/window_memory.h"

#include "app/workbench/settings/state_file.h"

namespace moebel
{

namespace
{

const QString kProject = QStringLiteral("project"), kRun = QStringLiteral("run"), kWorkspace = QStringLiteral("workspace"),
              kWorkspaces = QStringLiteral("workspaces"), kPage = QStringLiteral("page"), kDocks = QStringLiteral("docks"),
              kGeometry = QStringLiteral("geometry"), kViews = QStringLiteral("views");

QString packed(const QByteArray& bytes) { return QString::fromLatin1(bytes.toBase64()); }

QByteArray unpacked(const QJsonValue& value) { return QByteArray::fromBase64(value.toString().toLatin1()); }

QJsonObject toJson(const WorkspaceMemory& workspace)
{
    QJsonObject views;
    for (auto view = workspace.views.begin(); view != workspace.views.end(); ++view) views.insert(view.key(), view.value());
    return {
        {kPage, workspace.page}, {kDocks, packed(workspace.docks)}, {kGeometry, packed(workspace.geometry)}, {kViews, views}};
}

WorkspaceMemory workspaceOf(const QJsonObject& json)
{
    WorkspaceMemory workspace{json.value(kPage).toString(), unpacked(json.value(kDocks)), unpacked(json.value(kGeometry)), {}};
    const QJsonObject views = json.value(kViews).toObject();
    for (auto view = views.begin(); view != views.end(); ++view) workspace.views.insert(view.key(), view.value().toObject());
    return workspace;
}

}  // namespace

WindowMemory readWindowMemory(const QString& file)
{
    const QJsonObject json = readStateFile(file);
    WindowMemory memory{json.value(kProject).toString(), json.value(kRun).toString(), json.value(kWorkspace).toString(), {}};
    const QJsonObject workspaces = json.value(kWorkspaces).toObject();
    for (auto workspace = workspaces.begin(); workspace != workspaces.end(); ++workspace)
        memory.workspaces.insert(workspace.key(), workspaceOf(workspace.value().toObject()));
    return memory;
}

bool writeWindowMemory(const QString& file, const WindowMemory& memory)
{
    QJsonObject workspaces;
    for (auto workspace = memory.workspaces.begin(); workspace != memory.workspaces.end(); ++workspace)
        workspaces.insert(workspace.key(), toJson(workspace.value()));
    return writeStateFile(
        file, {{kProject, memory.project}, {kRun, memory.run}, {kWorkspace, memory.workspace}, {kWorkspaces, workspaces}});
}

}  // namespace moebel
