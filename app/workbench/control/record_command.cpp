#include "app/workbench/control/record_command.h"

#include "app/workbench/control/shell_line.h"

namespace moebel
{

QString routingCommand(const RunFolder& run, const RoutingCapture& capture, const QString& reference)
{
    QStringList words = {QStringLiteral("moebel"), QStringLiteral("show"), pathText(run.path), QStringLiteral("--routing"),
                         QString::number(capture.step)};
    if (capture.split == RoutingSplit::Training) words << QStringLiteral("--split") << QStringLiteral("training");
    if (!reference.isEmpty()) words << QStringLiteral("--reference") << reference;
    return shellLine(words << QStringLiteral("--json"));
}

QString seriesCommand(const RunFolder& run, const QStringList& series)
{
    QStringList words = {QStringLiteral("moebel"), QStringLiteral("show"), pathText(run.path)};
    for (const QString& one : series) words << QStringLiteral("--series") << one;
    return shellLine(words << QStringLiteral("--json"));
}

}  // namespace moebel
