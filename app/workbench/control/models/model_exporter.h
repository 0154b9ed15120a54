// The model of a run as a folder: `moebel export` and `moebel pack` from the window.
#pragma once

#include <QObject>
#include <QString>

#include "app/workbench/control/moebel_call.h"
#include "app/workbench/control/navigator.h"

namespace moebel
{

enum class ExportKind { Model, ExpertPack };
/// "export" or "pack".
QString exportVerb(ExportKind kind);

/// One at a time. What is under way goes on when the window closes.
class ModelExporter : public QObject
{
    Q_OBJECT

public:
    ModelExporter(Jobs& jobs, Navigator& navigator, const QString& program, QObject* parent = nullptr);
    ~ModelExporter() override { m_call.letGo(); }

    bool busy() const { return m_call.busy(); }
    /// `run`: its folder; `target`: the folder to make. Beginning and end are told in the window.
    void start(ExportKind kind, const QString& run, const QString& target);

private:
    Navigator& m_navigator;
    MoebelCall m_call;
    QString m_target;
};

}  // namespace moebel
