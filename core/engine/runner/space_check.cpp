#include "engine/runner/space_check.h"

#include <algorithm>
#include <cstdio>

#include "engine/runner/base_model.h"
#include "engine/runner/checkpoint_keeper.h"
#include "engine/runner/pretraining.h"
#include "moebel/base/file.h"
#include "moebel/experiment/model_config.h"
#include "moebel/experiment/step_cost.h"

namespace moebel {
namespace {

/// Rows of metrics and captures of routing, generously.
std::int64_t recordBytes(const Experiment& experiment, const ModelShape& shape, const ExpertAllocation& allocation)
{
    std::int64_t steps = 0;
    for (const StageSpec& stage : experiment.stages) {
        steps += stage.steps();
    }
    std::int64_t experts = 0;
    for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
        experts += allocation.isMoe(layer) ? allocation.experts[std::size_t(layer)] : 1;
    }
    const std::int64_t baseSteps = experiment.base.kind == BaseKind::Pretrain ? pretrainingStage(experiment.base).steps() : 0;
    const std::int64_t metrics = (steps + baseSteps) * 8 * 48;
    const std::int64_t captures = (steps / 20 + 8) * std::int64_t(experiment.languages.size()) * 4 * (experts * 8 + 64);
    return metrics + captures + (std::int64_t(1) << 20);
}

std::string megabytes(std::uint64_t bytes)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.1f MB", double(bytes) / 1e6);
    return text;
}

}  // namespace

std::int64_t neededBytes(const Experiment& experiment, const ModelShape& shape, const ExpertAllocation& allocation)
{
    const ParameterCount count = countParameters(shape, allocation);
    std::int64_t trained = 0;
    for (const StageSpec& stage : experiment.stages) {
        trained = std::max(trained, trainedParameters(count, stage.trainable));
    }
    std::int64_t checkpoint = checkpointBytes(count.total, trained);
    if (experiment.base.kind == BaseKind::Pretrain) {  // whose checkpoints hold an optimizer of all its weights
        const std::int64_t dense = countParameters(shape, {}).total;
        checkpoint = std::max(checkpoint, checkpointBytes(dense, dense));
    }
    return 2 * checkpoint + recordBytes(experiment, shape, allocation);
}

Status checkSpace(const Session& session, const PreparedText& text)
{
    const auto shape = baseShape(session, text);
    if (!shape) {
        return shape.error();
    }
    Experiment experiment = session.experiment();
    experiment.base.shape = *shape;
    if (session.baseRun()) {
        const auto config = readModelConfig(session.baseModel());
        if (!config) {
            return config.error();
        }
        experiment.base.allocation = config->allocation;
    }
    const auto available = freeSpace(session.run().path);
    if (!available) {
        return available.error();
    }
    const std::uint64_t needed = std::uint64_t(neededBytes(experiment, *shape, allocation(experiment)));
    if (*available >= needed) {
        return Done{};
    }
    return invalidInput("no-space", session.run().path.string() + ": two checkpoints and the record need " + megabytes(needed) +
                                        " and the disk has " + megabytes(*available) +
                                        " left; free some space, or choose another folder with --runs", session.run().path.string());
}

}  // namespace moebel
