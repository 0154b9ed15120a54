#include "app/workbench/control/run_axes.h"

#include <cmath>

#include "moebel/experiment/experiment_file.h"

namespace moebel
{

std::vector<std::int64_t> tokensOfSteps(const RunFolder& run)
{
    std::vector<std::int64_t> tokens;
    const auto description = readExperimentFile(run.experimentFile());
    if (!description) return tokens;
    for (const StageSpec& stage : description->experiment.stages) tokens.push_back(stage.batchSequences * stage.sequenceLength);
    return tokens;
}

StepScale tokenScale(const std::vector<StageRecord>& stages, const std::vector<std::int64_t>& tokensOfAStep,
                     std::int64_t baseSteps, std::int64_t tokensOfABaseStep)
{
    std::vector<std::pair<double, double>> knots;
    if (baseSteps > 0 && tokensOfABaseStep <= 0) return {};
    const double base = double(baseSteps) * double(tokensOfABaseStep);
    if (baseSteps > 0) knots = {{double(-1 - baseSteps), 0}, {-1, base}};
    knots.push_back({0, base});
    for (const StageRecord& stage : stages) {
        if (stage.stage < 0) continue;
        if (std::size_t(stage.stage) >= tokensOfAStep.size()) return {};
        const double end = double(stage.firstStep + stage.steps);
        knots.push_back(
            {end, knots.back().second + double(tokensOfAStep[std::size_t(stage.stage)]) * (end - knots.back().first)});
    }
    return knots.size() > 1 ? StepScale(knots) : StepScale();
}

StepScale timeScale(const StepScale& tokens, const SeriesColumn& tokensPerSecond)
{
    std::vector<std::pair<double, double>> knots = {{0, 0}};
    for (std::size_t i = 0; i < tokensPerSecond.size(); ++i) {
        const double step = double(tokensPerSecond.steps[i]), speed = tokensPerSecond.values[i];
        if (!(speed > 0) || step <= knots.back().first) continue;
        const double seconds = (tokens.x(step) - tokens.x(knots.back().first)) / speed;
        knots.push_back({step, knots.back().second + 1000 * seconds});
    }
    return knots.size() > 1 ? StepScale(knots) : StepScale();
}

std::shared_ptr<const SeriesColumn> movedTo(const StepScale& scale, const SeriesColumn& column)
{
    auto moved = std::make_shared<SeriesColumn>();
    for (std::size_t i = 0; i < column.size(); ++i) {
        const std::int64_t x = std::llround(scale.x(double(column.steps[i])));
        if (moved->empty() || x > moved->steps.back()) moved->append(x, column.values[i]);
    }
    return moved;
}

}  // namespace moebel
