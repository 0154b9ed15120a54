#include "app/workbench/control/models/model_exporter.h"

#include <QJsonObject>

namespace moebel
{

QString exportVerb(ExportKind kind)
{
    return kind == ExportKind::Model ? QStringLiteral("export") : QStringLiteral("pack");
}

ModelExporter::ModelExporter(Jobs& jobs, Navigator& navigator, const QString& program, QObject* parent)
    : QObject(parent), m_navigator(navigator), m_call(jobs, program)
{
    connect(&m_call, &MoebelCall::answered, this,
            [this] { m_navigator.tell(MessageKind::Note, tr("Written: \u2068%1\u2069").arg(m_target)); });
    connect(&m_call, &MoebelCall::failed, this,
            [this](const QString& sentence) { m_navigator.tell(MessageKind::Error, sentence); });
}

void ModelExporter::start(ExportKind kind, const QString& run, const QString& target)
{
    if (busy()) {
        m_navigator.tell(MessageKind::Warning, tr("\u2068%1\u2069 is still being written; wait until it is there.").arg(m_target));
        return;
    }
    m_target = target;
    m_navigator.tell(MessageKind::Note, tr("Writing \u2068%1\u2069\u2026").arg(target));
    m_call.ask({exportVerb(kind), run, QStringLiteral("--out"), target});
}

}  // namespace moebel
