#include "app/workbench/control/routing_command.h"

#include "app/workbench/control/shell_line.h"

namespace moebel
{

QString routingCommand(const RunFolder& run, const std::vector<CheckpointRecord>& checkpoints, std::int64_t step,
                       const QString& language)
{
    std::filesystem::path model = run.path;
    std::int64_t newest = -1;
    for (const CheckpointRecord& checkpoint : checkpoints) {
        if (checkpoint.removed || checkpoint.step > step || checkpoint.step <= newest) continue;
        newest = checkpoint.step;
        model = run.path / checkpoint.folder;
    }
    return shellLine({QStringLiteral("moebel"), QStringLiteral("route"), QStringLiteral("--model"), pathText(model),
                      QStringLiteral("--language"), language, QStringLiteral("--json"), language + QStringLiteral(".txt")});
}

}  // namespace moebel
